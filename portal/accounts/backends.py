"""How Django's own authentication finds people: by blind index, never by a name in the clear."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from portal.accounts import selectors
from portal.accounts.models import Person


class SealedBackend(BaseBackend):
    """Finds who a session belongs to. Passwords are settled by the sign-in action alone."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Nobody: a password alone, outside of the throttles, lets nobody in."""

    def get_user(self, user_id: Any) -> Person | None:
        """The person of a session, unless closed."""
        return selectors.find_open_person(user_id)
