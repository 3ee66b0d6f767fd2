"""Only actions write: every INSERT, UPDATE and DELETE in a test has an `actions` file on its stack.

The guard hangs on every connection of the process as it opens, so that the door's thread, socket
threads and the threads of a race are watched like the test's own.
"""

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tests.shared import ROOT

WRITE = re.compile(
    r"\s*(?:(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|COPY)\b"
    r"|WITH\b.*?(?:\bINSERT\s+INTO|(?<!FOR )\bUPDATE\s+[\"\w]|\bDELETE\s+FROM))",
    re.IGNORECASE | re.DOTALL,
)
ROOMS = ("portal", "patients", "messaging", "scheduling")
ALLOWED = (
    "portal/accounts/sessions.py",  # Django's session middleware saves when it sees fit
    "portal/crypto/keys.py",  # crypto has no furniture; its actions are here
)


class StrayWrite(AssertionError):
    """Something wrote that is no action."""


class WriteGuard:
    """Watches every statement while it is armed, and keeps what it refused."""

    def __init__(self) -> None:
        self.armed = False
        self.refused: list[str] = []
        self.writes = 0
        self._off = threading.local()
        self._verdicts: dict[str, bool] = {}

    def install(self) -> None:
        """Every connection that opens from now on is watched."""
        connection_created.connect(self._opened)

    @contextmanager
    def off(self, why: str) -> Iterator[None]:
        """In this thread and block anything may write: an intruder, say. `why` is for readers."""
        assert why
        before = getattr(self._off, "now", False)
        self._off.now = True
        try:
            yield
        finally:
            self._off.now = before

    @contextmanager
    def disarmed(self, why: str) -> Iterator[None]:
        """In this block any thread may write anything. `why` is for readers."""
        assert why
        before, self.armed = self.armed, False
        try:
            yield
        finally:
            self.armed = before

    @contextmanager
    def expected(self) -> Iterator[list[str]]:
        """Strays in this block are what the test is about; they do not fail it."""
        before, self.refused = self.refused, []
        try:
            yield self.refused
        finally:
            self.refused = before

    def _opened(self, connection: BaseDatabaseWrapper, **_: Any) -> None:
        if self._watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._watch)

    def _watch(
        self, execute: Callable[..., Any], query: Any, params: Any, many: bool, context: Any
    ) -> Any:
        if self.armed and not getattr(self._off, "now", False):
            text = query if isinstance(query, str) else query.as_string(None)
            if WRITE.match(text):
                self.writes += 1
                if not self._asked_by_an_action():
                    self.refused.append(f"a write outside of actions: {text[:120]}")
                    raise StrayWrite(self.refused[-1])
        return execute(query, params, many, context)

    def _asked_by_an_action(self) -> bool:
        verdicts = self._verdicts
        frame: FrameType | None = sys._getframe(3)
        while frame is not None:
            name = frame.f_code.co_filename
            verdict = verdicts.get(name)
            if verdict is None:
                verdict = verdicts[name] = is_writer(Path(name))
            if verdict:
                return True
            frame = frame.f_back
        return False


def is_writer(path: Path) -> bool:
    """True for a file whose functions may write."""
    if path.match("django/db/migrations/executor.py"):
        return True
    if not path.is_relative_to(ROOT):
        return False
    inside = path.relative_to(ROOT)
    if inside.as_posix() in ALLOWED:
        return True
    furniture = {*inside.parts[:-1], inside.stem}
    return inside.parts[0] in ROOMS and "actions" in furniture


guard = WriteGuard()
