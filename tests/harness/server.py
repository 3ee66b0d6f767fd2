"""The cast's data for servers of their own: a copy of the template, so everybody can sign in."""

import shutil
import time
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django_otp.oath import hotp

from portal.accounts.models import TotpDevice
from portal.accounts.selectors.factors import DIGITS, STEP, secret_of
from tests import cast as cast_
from tests.cast import PASSWORD, Someone
from tests.harness.databases import Databases
from tests.harness.processes import Server, clean_environment
from tests.harness.web import Browser


class Clinic:
    """The cast's data for servers: one or, on PostgreSQL, several processes on the same."""

    def __init__(self, databases: Databases, folder: Path, **options: str) -> None:
        self.databases, self.folder = databases, folder
        folder.mkdir(mode=0o700)
        named = databases.copy(cast_.TEMPLATE, folder)
        shutil.copytree(settings.KEY_DIR, folder / "keys")
        # Collecting static files takes a second; servers of one worker share them.
        static = Path(settings.DATA_DIR) / "static-served"
        static.mkdir(exist_ok=True)
        (folder / "static").symlink_to(static)
        self._secrets = secrets_of_apps()
        self._used: dict[UUID, int] = {}
        self.environment = clean_environment() | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PORTAL_DATA_DIR": str(folder),
            **named,
            **({"PORTAL_REDIS_URL": settings.REDIS_URL} if settings.REDIS_URL else {}),
            **options,
        }

    def server(self, *words: str) -> Server:
        """A process on this data, not yet started."""
        return Server(self.folder, self.environment, *words)

    def drop(self) -> None:
        """The data is gone."""
        self.databases.store.drop_copy(self.folder)

    def sign_in(self, server: Server, someone: Someone) -> Browser:
        """A browser of theirs, signed in through the real forms, second factor included."""
        browser = server.browser()
        answer = browser.submit("/sign-in/", username=someone.email, password=PASSWORD)
        if someone.has_app:
            answer = browser.submit("/sign-in/code/", way="app", code=self.code(someone))
        assert answer.status == 302, f"{someone.key} was not let in: {answer.status}"
        return browser

    def code(self, someone: Someone) -> str:
        """The next code of their app that was not used here yet; may take half a minute."""
        step = max(int(time.time()) // STEP, self._used.get(someone.id, 0) + 1)
        while step > int(time.time()) // STEP + 1:
            time.sleep(0.2)
        self._used[someone.id] = step
        number: int = hotp(self._secrets[someone.id], step, DIGITS)
        return f"{number:0{DIGITS}d}"


def secrets_of_apps() -> dict[UUID, bytes]:
    """The secret that each of the cast's apps holds."""
    return {device.user_id: secret_of(device) for device in TotpDevice.objects.all()}
