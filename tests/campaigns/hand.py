"""A hand that acts beside the servers, from a process of its own, by actions and nothing else.

One line of JSON in, one out. What it revokes reaches a server by the database, and by a nudge only
if Redis carries one.
"""

import json
import sys
import time
from itertools import count
from typing import Any
from uuid import UUID

import django

CAUSES = (
    "logout",
    "session-ended",
    "password",
    "factor",
    "role",
    "closed",
    "care-team",
    "proxy",
    "proxy-in-a-call",
)
"""Each way of losing a right that stands."""


class Hand:
    """Makes one scene for each repetition, revokes, and says what was done when."""

    def __init__(self) -> None:
        from portal.kernel.actor import system_actor

        self.system = system_actor("campaign")
        self.numbers = count(1)

    def prepare(self, cause: str) -> dict[str, Any]:
        """Somebody with a thread open, and a colleague or patient who writes there."""
        from messaging.actions import open_thread
        from patients.actions import add_to_care_team, grant_proxy, link_account, register_patient
        from patients.models import Scope
        from patients.ports import Chart, PersonName
        from portal.kernel import door
        from portal.kernel.actor import person_actor
        from portal.kernel.ids import new_id

        number = next(self.numbers)
        patient, clinician = self._person("patient"), self._person("clinician")
        chart = Chart(name=PersonName(family=f"Number{number}", given=("Patient",)))
        record = door.run(register_patient, self.system, chart).pk
        door.run(link_account, self.system, record, patient)
        link = door.run(add_to_care_team, self.system, record, clinician)
        writer = person_actor(patient, frozenset({"patient"}))
        asked = ("A cough", f"It began on Tuesday ({number}).")
        sent = door.run(open_thread, writer, record, *asked, command_id=new_id())
        loser, grant = patient, None
        if cause == "care-team":
            loser = clinician
        elif cause.startswith("proxy"):
            loser = self._person("proxy")
            given: dict[str, Any] = {"scope": Scope.FULL, "relation": "carer"}
            grant = door.run(grant_proxy, self.system, record, loser, **given).pk
        made: dict[str, Any] = {
            "thread": str(sent.thread_id),
            "loser": str(loser),
            "cookie": self._session(loser),
            "writer": str(clinician if loser == patient else patient),
            "link": str(link.pk),
            "grant": str(grant) if grant else "",
        }
        if cause == "proxy-in-a-call":
            made |= self._call(record, patient, clinician)
        return made

    def revoke(self, cause: str, loser: str, cookie: str, link: str, grant: str) -> float:
        """The right is gone, and this is when the transaction was durable."""
        from patients.actions import end_care_team, end_proxy
        from portal.accounts import actions, selectors
        from portal.kernel import door

        person = UUID(loser)
        mine = selectors.standing_of_key(cookie).actor
        match cause:
            case "logout":
                door.run(actions.sign_out, mine)
            case "session-ended":
                elsewhere = selectors.standing_of_key(self._session(person)).actor
                door.run(actions.end_session, elsewhere, UUID(hex=mine.session))
            case "password":
                self._reset(person)
            case "factor":
                self._replace_factor(person)
            case "role":
                door.run(actions.end_role, self.system, person, "patient")
            case "closed":
                door.run(actions.close_person, self.system, person)
            case "care-team":
                door.run(end_care_team, self.system, UUID(link))
            case _:
                door.run(end_proxy, self.system, UUID(grant))
        return time.monotonic()

    def write(self, thread: str, writer: str, text: str) -> float:
        """A message that somebody else wrote stands in the thread."""
        from messaging.actions import reply
        from portal.accounts.policy import grants_in_force
        from portal.kernel import door
        from portal.kernel.actor import person_actor
        from portal.kernel.ids import new_id

        roles = grants_in_force().filter(person=UUID(writer)).values_list("role", flat=True)
        actor = person_actor(UUID(writer), frozenset(roles))
        door.run(reply, actor, UUID(thread), text, command_id=new_id())
        return time.monotonic()

    def _person(self, role: str) -> UUID:
        from portal.accounts.actions import create_person, grant_role
        from portal.accounts.selectors import Profile
        from portal.kernel import door

        number = next(self.numbers)
        profile = Profile(name=f"{role.title()} {number}", email=f"{role}{number}@hand.example")
        person = door.run(create_person, self.system, profile)
        door.run(grant_role, self.system, person.pk, role)
        return person.pk

    def _session(self, person: UUID) -> str:
        from portal.accounts.actions import start_session
        from portal.kernel import door

        key: str = door.run(start_session, self.system, person, factor="app")
        return key

    def _reset(self, person: UUID) -> None:
        """By the link in a letter."""
        from portal.accounts import actions, selectors
        from portal.kernel import door
        from portal.outbox.models import Letter
        from portal.outbox.selectors import params_of

        email = selectors.profiles([person])[person].email
        door.run(actions.ask_reset, self.system, email, source="10.0.0.1")
        door.run(actions.answer_resets, self.system)
        letter = Letter.objects.filter(kind="accounts.reset", about=person).latest("posted_at")
        link = str(params_of(letter)["link"])
        door.run(actions.reset_password, self.system, link, password_hash="!none")

    def _replace_factor(self, person: UUID) -> None:
        """On another device, whose session stays."""
        from portal.accounts import actions, selectors
        from portal.accounts.selectors.factors import _code, secret_of, step_of
        from portal.kernel import clock, door

        elsewhere = selectors.standing_of_key(self._session(person)).actor
        device = door.run(actions.begin_factor, elsewhere)
        code = _code(secret_of(device), step_of(clock.now()))
        door.run(actions.confirm_factor, elsewhere, code)

    def _call(self, record: UUID, patient: UUID, clinician: UUID) -> dict[str, str]:
        from tests.scheduling.visits.world import admitted_among

        appointment = admitted_among(record, patient, clinician, clinician)
        return {"visit": str(appointment), "host": self._session(clinician)}


def main() -> None:
    """Do what each line says until there is none."""
    django.setup()
    hand = Hand()
    for line in sys.stdin:
        order = json.loads(line)
        answer = getattr(hand, order.pop("do"))(**order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
