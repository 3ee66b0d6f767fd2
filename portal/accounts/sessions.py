"""Django's session engine over our own table: the cookie's value is kept as a digest only.

Signing in and out are actions and write the row themselves; what is left for the engine is what
Django's own parts put into a session.
"""

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from portal.accounts.models import Session
from portal.accounts.selectors import find_session
from portal.accounts.selectors.sessions import digest
from portal.kernel import clock


class SessionStore(SessionBase):
    """One browser's session. Loading costs one query, saving what did not change costs none."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._row: Session | None = None
        self._stored: dict[str, Any] = {}

    @property
    def row(self) -> Session | None:
        """The row of this cookie, be it ended; None without a cookie or for an unknown one."""
        if self.session_key is not None:
            self.keys()
        return self._row

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing once it was ended or is past its limit."""
        row = self._row = find_session(self.session_key) if self.session_key else None
        if row is None or row.ended_at is not None or row.ends_at <= clock.now():
            self._session_key = None
            return {}
        self._stored = dict(row.data)
        return dict(row.data)

    def exists(self, session_key: str) -> bool:
        """True if a session has this key."""
        return find_session(session_key) is not None

    def create(self) -> None:
        """A new row under a new key."""
        self._session_key = cast(Any, self)._get_new_session_key()
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 (Django's face)
        """The row holds what this session holds."""
        if self.session_key is None:
            return self.create()
        data = dict(cast(Any, self)._get_session(no_load=must_create))
        if must_create:
            self._row = Session.objects.create(
                key_digest=digest(self.session_key), data=data, ends_at=clock.now() + _limit()
            )
        elif data != self._stored:
            open_rows = Session.objects.filter(key_digest=digest(self.session_key), ended_at=None)
            if not open_rows.update(data=data):
                raise UpdateError
        self._stored = dict(data)
        return None

    def delete(self, session_key: str | None = None) -> None:
        """No row has this key."""
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(key_digest=digest(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """The job `accounts.sweep` does this."""


def adopt(request: HttpRequest, key: str) -> None:
    """The browser is given this session's cookie; nothing of the one before is carried over."""
    go_on_under(request, key)
    rotate_token(request)


def go_on_under(request: HttpRequest, key: str) -> None:
    """The session that the browser has goes on under this cookie. Forms in other tabs stay good."""
    request.session = SessionStore(key)
    request.session.keys()
    request.session.modified = True


def _limit() -> timedelta:
    limit: timedelta = settings.SESSION_LIMIT
    return limit
