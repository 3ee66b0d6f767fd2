"""Checking a password, outside of any transaction: it takes a tenth of a second by design.

The answer is not acted upon here. The action that settles it takes a ticket from the throttles
first, so that of a thousand parallel guesses only as many count as there are tickets.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.utils.crypto import get_random_string

from portal.accounts import policy
from portal.accounts.errors import TooManySignIns
from portal.accounts.models import Person, Throttle
from portal.accounts.selectors.people import sign_in_index
from portal.crypto import blind
from portal.kernel import clock
from portal.kernel.errors import Unavailable

PATIENCE = 10.0
# A hash fills 100 MB and all cores; more at once would only make each one slower.
_hashing = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password that was checked, and what it was checked against."""

    account: bytes = field(repr=False)
    source: str = field(repr=False)
    person_id: UUID | None
    checked_hash: str = field(repr=False)
    matches: bool


def attempt_password(email: str, password: str, source: str) -> Attempt:
    """Whether these belong together; the work is the same for nobody, closed and wrong.

    Raises TooManySignIns once this source has used up its tickets.
    """
    account = sign_in_index(email)
    person = Person.objects.filter(sign_in_index=account).first()
    return _attempt(account, person, password, source)


def attempt_own_password(person_id: UUID, password: str, source: str) -> Attempt:
    """Whether the person who is signed in knows the password."""
    person = Person.objects.get(pk=person_id)
    return _attempt(bytes(person.sign_in_index), person, password, source)


def hashed_password(password: str) -> str:
    """The password as it is kept."""
    with _turn():
        return make_password(password)


def ticket_key(limit: policy.Limit, value: bytes) -> bytes:
    """The blind index under which attempts of this kind are counted."""
    return blind.index(f"throttle.{limit.name}", value.hex())


def _attempt(account: bytes, person: Person | None, password: str, source: str) -> Attempt:
    decoy = _decoy()
    encoded = person.password if person and is_password_usable(person.password) else decoy
    with _turn():
        if _is_spent(policy.PASSWORD_BY_SOURCE, source.encode()):
            raise TooManySignIns
        matches = check_password(password, encoded) and encoded is not decoy
    return Attempt(account, source, person.pk if person else None, encoded, matches)


def _is_spent(limit: policy.Limit, value: bytes) -> bool:
    since = clock.now() - limit.window
    return Throttle.objects.filter(
        key=ticket_key(limit, value), window_at__gt=since, used__gte=limit.tickets
    ).exists()


@contextmanager
def _turn() -> Iterator[None]:
    if not _hashing.acquire(timeout=PATIENCE):
        raise Unavailable("too many passwords are being checked")
    try:
        yield
    finally:
        _hashing.release()


@cache
def _decoy() -> str:
    """A hash that nobody's password has, made by the same recipe."""
    return make_password(get_random_string(40))
