"""People of this room's tests: a patient, staff, and the browsers they hold."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from portal.accounts import actions, selectors, sockets
from portal.accounts.models import Person
from portal.accounts.selectors import Profile
from portal.kernel import clock, door
from portal.kernel.actor import Actor, system_actor
from portal.realtime.nudge import hub

PASSWORD = "correct horse battery staple"
WORK = system_actor("test")
# Ahead of the calendar: what fixtures made beforehand, at the real time, is past by then.
NOON = datetime(2096, 11, 22, 12, 0, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Someone:
    """A person, and what only they know."""

    person: Person
    email: str

    @property
    def id(self) -> Any:
        return self.person.pk

    def code(self) -> str:
        """What the app shows, if it was not used yet."""
        return selectors.code_now(self.id)

    def acts(self, key: str) -> Actor:
        """The actor of a session of theirs."""
        return selectors.standing_of_key(key).actor


def make(name: str, *roles: str, factor: bool = True, email: str = "", **profile: str) -> Someone:
    """Somebody with these roles, made as the portal makes people."""
    email = email or f"{name.rsplit(maxsplit=1)[-1].lower()}@example.org"
    person = door.run(
        actions.create_person,
        WORK,
        Profile(name=name, email=email, **profile),
        password_hash=selectors.hashed_password(PASSWORD),
    )
    for role in roles:
        door.run(actions.grant_role, WORK, person.pk, role)
    if factor:
        door.run(actions.add_totp, WORK, person.pk)
    return Someone(person, email)


def browser(someone: Someone | None = None, *, factor: str = "app") -> Client:
    """A browser, signed in if somebody is named."""
    client = Client()
    if someone is not None:
        key = door.run(actions.start_session, WORK, someone.id, factor=factor)
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def key_of(client: Client) -> str:
    """The value of the session's cookie."""
    morsel = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


def person_at(email: str) -> Person:
    """Whoever signs in with this address; there is somebody."""
    found = selectors.find_person(email)
    assert found is not None
    return found


@pytest.fixture
def ada(db: None) -> Someone:
    """A patient with a second factor."""
    return make("Ada Byron", "patient", zone="America/New_York")


@pytest.fixture
def ben(db: None) -> Someone:
    """A patient with a password only."""
    return make("Ben Adler", "patient", factor=False)


@pytest.fixture
def cara(db: None) -> Someone:
    """A clinician with a second factor."""
    return make("Cara Winter", "clinician", title="Dr")


@pytest.fixture
def dov(db: None) -> Someone:
    """A clinician who has not set up a second factor."""
    return make("Dov Levi", "clinician", factor=False, title="Dr")


@pytest.fixture
def root(db: None) -> Someone:
    """An administrator."""
    return make("Ruth Ode", "administrator")


@pytest.fixture
def noon() -> Iterator[None]:
    """It is noon and ten seconds, all the time."""
    with clock.frozen(NOON):
        yield


@pytest.fixture
async def nobody_is_left_behind() -> AsyncIterator[None]:
    """Every socket was forgotten, and what ran for them has stopped."""
    yield
    assert not sockets.watch._open
    assert hub().size() == 0
    for task in (sockets.watch._task, hub()._listening):
        while task and not task.done():
            # A client of Redis that is just connecting swallows a first request to stop.
            task.cancel()
            await asyncio.wait({task}, timeout=0.5)


def later(**by: float) -> Any:
    """Inside the block it is this much after noon."""
    return clock.frozen(NOON + timedelta(**by))
