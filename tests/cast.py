"""The cast: the same nine people in every test, and the browsers they hold.

Ada is a patient, Ben another one, Pia is Ada's proxy; Dr Cara is on Ada's care team, Dr Dov of
the same clinic is not; Sam coordinates, and answers those without a care team, such as Ben; Ivy
guards privacy, Max administrates, and Nobody has no sign-in. They are made by the portal's own
actions, once for each worker, into a template.

Every name, address and chart carries a canary: what belongs to them must not leave by a side door.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.test import Client

from messaging import actions as messaging
from messaging.actions import TeamWords
from patients import actions as patients
from patients.models import Scope
from patients.ports import Chart, ContactPoint, EmergencyContact, PersonName
from portal.accounts import actions as accounts
from portal.accounts import selectors
from portal.accounts.selectors import Profile
from portal.kernel import door
from portal.kernel.actor import STRANGER, Actor, person_actor, system_actor
from portal.kernel.ids import new_id
from tests.harness.canary import STEM

PASSWORD = "correct horse battery staple"
WORK = system_actor("test")
NOBODY_ID = UUID(int=0)
TEMPLATE = "cast"


@dataclass(frozen=True, slots=True)
class Someone:
    """One of the cast: what the portal knows them by, and what only they know."""

    key: str
    id: UUID = NOBODY_ID
    roles: frozenset[str] = frozenset()
    email: str = field(default="", repr=False)
    has_app: bool = False

    @property
    def actor(self) -> Actor:
        """They act, from no session in particular."""
        return person_actor(self.id, self.roles) if self.roles else STRANGER

    def start_session(self) -> str:
        """They are signed in on one more device. Returns its cookie's value."""
        factor = "app" if self.has_app else ""
        return door.run(accounts.start_session, WORK, self.id, factor=factor)

    def code(self) -> str:
        """What their app shows, if that was not used yet."""
        return selectors.code_now(self.id)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and the records of Ada and Ben."""

    people: dict[str, Someone]
    ada_record: UUID
    ben_record: UUID
    desk: UUID = NOBODY_ID
    """The team that gets what nobody else would: Sam is on it."""

    def __getattr__(self, key: str) -> Someone:
        try:
            return self.people[key]
        except KeyError:
            raise AttributeError(key) from None


ROLES = {
    "ada": "patient",
    "ben": "patient",
    "pia": "proxy",
    "cara": "clinician",
    "dov": "clinician",
    "sam": "coordinator",
    "ivy": "privacy-officer",
    "max": "administrator",
}
KEYS = (*ROLES, "nobody")
_made: list[Cast] = []


def the_cast() -> Cast:
    """The cast of this worker, once its template was built."""
    return _made[-1]


def build() -> None:
    """The bare databases hold the cast."""
    people = {key: engage(key, role) for key, role in ROLES.items()}
    ada, ben = (register(people[key]) for key in ("ada", "ben"))
    people["nobody"] = Someone("nobody")
    door.run(patients.grant_proxy, WORK, ada, people["pia"].id, scope=Scope.FULL, relation="parent")
    door.run(patients.add_to_care_team, WORK, ada, people["cara"].id)
    desk = a_team("front desk", is_default=True)
    door.run(messaging.join_team, WORK, desk, people["sam"].id)
    _made.append(Cast(people, ada, ben, desk))


def a_team(name: str, *members: Someone, hours: int = 24, **words: Any) -> UUID:
    """An open team of this name, with these members."""
    given = TeamWords(
        name=name, purpose=f"Questions for the {name}", reply_hours=hours, is_open=True, **words
    )
    team: UUID = door.run(messaging.save_team, WORK, new_id(), given)
    for someone in members:
        door.run(messaging.join_team, WORK, team, someone.id)
    return team


def engage(key: str, *roles: str, app: bool | None = None) -> Someone:
    """Somebody with a sign-in and these roles; staff have an app, as they must."""
    email = f"{key}@{STEM}.example"
    title = "Dr" if "clinician" in roles else ""
    profile = Profile(f"{key.capitalize()} {STEM.capitalize()}", email, title=title)
    hashed = selectors.hashed_password(PASSWORD)
    person = door.run(accounts.create_person, WORK, profile, password_hash=hashed)
    for role in roles:
        door.run(accounts.grant_role, WORK, person.pk, role)
    has_app = not {*roles} <= {"patient", "proxy"} if app is None else app
    if has_app:
        door.run(accounts.add_totp, WORK, person.pk)
    return Someone(key, person.pk, frozenset(roles), email, has_app)


def register(someone: Someone) -> UUID:
    """A record of their own, which they read when signed in."""
    patient = door.run(patients.register_patient, WORK, chart_of(someone.key))
    door.run(patients.link_account, WORK, patient.pk, someone.id)
    return patient.pk


def chart_of(key: str) -> Chart:
    """A chart in which every word can be recognised."""
    word = STEM.capitalize()
    return Chart(
        name=PersonName(word, (key.capitalize(),)),
        preferred_name=f"{key} {STEM}",
        pronouns=f"{STEM}/{STEM}s",
        born="1988-04-17",
        sex="female",
        mrn=f"{STEM}-{key}",
        address=(f"{word} Street 1", f"10115 {word}"),
        contacts=(
            ContactPoint("phone", f"+49 30 5550 0117 {STEM}"),
            ContactPoint("email", f"{key}@{STEM}.example"),
        ),
        emergency=EmergencyContact(f"Someone {word}", "parent", f"+49 30 5550 0118 {STEM}"),
    )


def browser(someone: Someone | None = None) -> Client:
    """A browser of theirs, signed in if they can sign in at all."""
    client = Client()
    if someone is not None and someone.roles:
        client.cookies[settings.SESSION_COOKIE_NAME] = someone.start_session()
    return client
