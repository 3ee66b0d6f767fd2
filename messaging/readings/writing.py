"""The page on which a thread is begun, and all that is kept of a patient's threads."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from messaging import selectors
from messaging.readings.seals import Home, Seals
from patients.readings import lines_of
from patients.selectors import careteam_of, label_for
from portal.accounts.selectors import names_of
from portal.kernel.actor import Actor


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """Somebody who will read what is written."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, repr=False)
class WritePage:
    """All that the page for a new thread shows. `patients` are those to choose from."""

    patients: list[tuple[UUID, str]]
    patient_name: str
    care_team: list[Member]
    on_behalf: str


def write_page(actor: Actor, patient_id: UUID | None = None) -> WritePage:
    """About whom the actor may write, and who reads it; of one patient if one is named.

    Refuses: NotFound.
    Records: NAMES_READ.
    """
    if patient_id is not None:
        selectors.fetch_role(actor, patient_id)
    ids = [patient_id] if patient_id else selectors.correspondable(actor)
    lines = lines_of(actor, ids)
    if len(lines) != 1:
        choices = sorted((line.name.casefold(), line.name, line.id) for line in lines.values())
        return WritePage([(patient, name) for _, name, patient in choices], "", [], "")
    (only,) = lines.values()
    team = careteam_of(only.id)
    names = names_of(member.person_id for member in team)
    members = [Member(names.get(member.person_id, ""), member.role) for member in team]
    on_behalf = only.called if label_for(actor.id, only.id) == "proxy" else ""
    return WritePage([(only.id, only.name)], only.name, members, on_behalf)


def exported(patient_id: UUID) -> list[dict[str, Any]]:
    """Every thread of a patient, readable. Whoever hands it out leaves the entry."""
    found = []
    for thread in selectors.threads_of(patient_id):
        home = Home(patient_id, thread.pk)
        items = selectors.items_before(thread.pk, None, thread.sequence)
        seals = Seals([(home, bytes(thread.topic_sealed)), *((home, i.body_sealed) for i in items)])
        found.append(
            {
                "topic": seals.topic(home, bytes(thread.topic_sealed)),
                "state": thread.state,
                "opened_at": thread.opened_at,
                "items": [
                    {
                        "sequence": item.sequence,
                        "kind": item.kind,
                        "role": item.author_role,
                        "on_behalf": item.on_behalf,
                        "sent_at": item.sent_at,
                        "text": seals.body(home, item.id, item.sequence, item.body_sealed)
                        if item.body_sealed
                        else None,
                    }
                    for item in items
                ],
            }
        )
    return found
