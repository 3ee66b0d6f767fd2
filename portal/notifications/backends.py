"""Letters as files, for the demo: one readable file each, named by the instant it was written."""

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from portal.kernel import clock
from portal.kernel.ids import new_id


class FolderBackend(BaseEmailBackend):
    """Each letter is a file in `settings.LETTERS_DIR` that its owner alone can read."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        """The letters are there, whole: a name never belongs to half a file."""
        for message in email_messages:
            self._keep(message)
        return len(email_messages)

    def _keep(self, message: EmailMessage) -> None:
        folder = settings.LETTERS_DIR
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{clock.now():%Y-%m-%dT%H-%M-%S.%f}Z-{new_id().hex[-6:]}"
        draft = folder / f".{name}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(message.message().as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / f"{name}.eml")
