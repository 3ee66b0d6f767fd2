"""One writer at a time, in order of arrival.

SQLite's own busy handler polls and is unfair: the worst wait of 32 writers was seconds where the
median was microseconds. A lock of ours before BEGIN IMMEDIATE makes the wait the sum of those in
front. It is taken by every transaction and every single write outside one (sessions, throttles).
Other processes are still held off by SQLite itself (`busy_timeout`).
"""

import threading
from collections import deque
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Turnstile:
    """A lock that is handed over in order of arrival."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def take(self, timeout: float) -> bool:
        """True once it is ours; false if that took longer than `timeout` seconds."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        return True  # handed over between the timeout and the guard

    def leave(self) -> None:
        """The next in line has it."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_turnstiles: dict[str, Turnstile] = {}
_turnstiles_guard = threading.Lock()


def turnstile(database: str) -> Turnstile:
    """The one turnstile of a database file in this process."""
    with _turnstiles_guard:
        return _turnstiles.setdefault(database, Turnstile())


class CursorWrapper(base.SQLiteCursorWrapper):
    """A cursor whose single writes outside a transaction wait their turn, too."""

    wrapper: "DatabaseWrapper"

    def execute(self, query: str, params: Any = None) -> Any:
        if self.wrapper.in_atomic_block or not query.lstrip()[:7].upper().startswith(_WRITES):
            return super().execute(query, params)
        self.wrapper.take_turn()
        try:
            return super().execute(query, params)
        finally:
            self.wrapper.leave_turn()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite connection, entering transactions through the turnstile."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_turn = False

    def take_turn(self) -> None:
        """Wait for the turn. OperationalError after the connection's own timeout."""
        timeout = float(self.settings_dict["OPTIONS"].get("timeout", 10))
        if self._has_turn:
            return
        if not turnstile(str(self.settings_dict["NAME"])).take(timeout):
            raise OperationalError("database is locked: no turn to write within the timeout")
        self._has_turn = True

    def leave_turn(self) -> None:
        """Let the next writer in."""
        if self._has_turn:
            self._has_turn = False
            turnstile(str(self.settings_dict["NAME"])).leave()

    def create_cursor(self, name: Any = None) -> Any:
        cursor = self.connection.cursor(factory=CursorWrapper)
        cursor.wrapper = self
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        self.take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self.leave_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self.leave_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self.leave_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self.leave_turn()
