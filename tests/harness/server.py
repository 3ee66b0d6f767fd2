"""The portal as people run it: `manage.py serve` in a process of its own, on data of its own.

It starts from a copy of the cast's template, so everybody can sign in at once. It may be killed at
any instant and started again on the same data.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self
from uuid import UUID

from django.conf import settings
from django_otp.oath import hotp

from portal.accounts.models import TotpDevice
from portal.accounts.selectors.factors import DIGITS, STEP, secret_of
from portal.env import TESTING
from tests import cast as cast_
from tests.cast import PASSWORD, Someone
from tests.harness.databases import Databases
from tests.harness.web import Browser
from tests.shared import ROOT

PATIENCE = 30.0


class Silent(AssertionError):
    """The server did not answer in time; its log is told."""


class Server:
    """One portal: a data folder, and a process that serves it while it is meant to."""

    def __init__(self, folder: Path, environment: dict[str, str], *words: str) -> None:
        self.folder, self.words = folder, words
        self.port = free_port()
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / f"serve-{self.port}.log"

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """What pages of it call their origin."""
        return f"http://{self.address}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """It answers. Raises Silent."""
        assert self.process is None
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port), *self.words]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self.wait()

    def wait(self) -> None:
        """It answers. Raises Silent."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                if self.browser().get("/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise Silent(self.log.read_text()[-4000:])

    def kill(self) -> None:
        """It is gone at once, as in a power cut."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """It was asked to end, and has. Returns its exit code."""
        return self._end(signal.SIGTERM)

    def restart(self) -> None:
        """It is killed and started again on the same data."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """It stands still until `go_on`."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It runs again."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What a management command on the same data said."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 4,
            check=False,
        )

    def browser(self) -> Browser:
        """A browser that is not signed in."""
        return Browser("127.0.0.1", self.port)

    def _end(self, how: signal.Signals) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(how)
        process.send_signal(signal.SIGCONT)
        return process.wait(PATIENCE)


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


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that the suite put there."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PORTAL_", "DJANGO_", "PYTEST_")) and name not in TESTING
    }


def free_port() -> int:
    """A port of loopback that nobody has taken."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
