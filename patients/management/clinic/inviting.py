"""Who acts for whom at the demo clinic, who did, and who has a letter and has not answered."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid5

from patients import actions, selectors
from patients.management.clinic.cast import OTHERS_AT, DemoLink
from patients.models import Scope
from portal.accounts.selectors import profiles
from portal.kernel import clock, door
from portal.kernel.actor import Actor, person_actor, system_actor

DEMO = system_actor("demo").asking("", "command")


def act_for(link: DemoLink, patient_id: UUID, person_id: UUID) -> None:
    """This person was asked to act for the patient, and has said yes."""
    address = profiles([person_id])[person_id].email
    today = selectors.clinic_day(clock.now())
    offer = door.run(
        actions.offer_proxy,
        DEMO,
        patient_id,
        address,
        scope=Scope(link.scope or Scope.READ),
        relation=link.role,
        valid_to=today + timedelta(days=link.days) if link.days else None,
        proofing="in-person",
        command_id=_command(patient_id, address),
    )
    door.run(actions.accept_offer, person_actor(person_id, frozenset({"proxy"})), offer.pk)


def invite(people: Mapping[str, UUID], patients: Mapping[str, UUID]) -> None:
    """Walter has a letter from the front desk, and Ada has asked her husband. Only once."""
    walter, ada = patients["walter"], patients["ada"]
    becker = person_actor(people["becker"], frozenset({"coordinator"}))
    if not selectors.was_asked(walter, "record"):
        _invited(becker, walter, f"walter.brandt@{OTHERS_AT}")
    if not selectors.was_asked(ada, "proxy"):
        address = f"tom.marsh@{OTHERS_AT}"
        door.run(
            actions.offer_proxy,
            DEMO,
            ada,
            address,
            scope=Scope.CORRESPOND,
            relation="partner",
            command_id=_command(ada, address),
        )


def _invited(actor: Actor, patient_id: UUID, address: str) -> None:
    door.run(
        actions.invite_patient,
        actor,
        patient_id,
        address,
        proofing="known-contact",
        command_id=_command(patient_id, address),
    )


def _command(patient_id: UUID, address: str) -> UUID:
    return uuid5(patient_id, address)
