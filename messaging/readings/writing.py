"""The page on which a thread is begun, and all that is kept of a patient's threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from messaging import selectors
from messaging.readings.inbox import answers
from messaging.readings.seals import Home, Seals
from messaging.readings.standing import reply_words, team_name
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
class Addressee:
    """Whom one can write to: an empty key is the care team."""

    key: str
    name: str
    purpose: str
    promise: str
    hours_text: str


@dataclass(frozen=True, slots=True, repr=False)
class WritePage:
    """All that the page for a new thread shows. `patients` are those to choose from.

    Without anybody to write to, no form is shown: said before somebody types, not after.
    """

    patients: list[tuple[UUID, str]]
    patient_name: str
    care_team: list[Member]
    on_behalf: str
    addressees: list[Addressee]
    is_staff: bool
    begun: list[tuple[UUID, str]]
    """About whom of several the actor began a message and did not send it."""


def write_page(actor: Actor, patient_id: UUID | None = None) -> WritePage:
    """About whom the actor may write, and who reads it; of one patient if one is named.

    Refuses: NotFound.
    Records: NAMES_READ.
    """
    if patient_id is not None:
        selectors.fetch_role(actor, patient_id)
    ids = [patient_id] if patient_id else selectors.correspondable(actor)
    lines = lines_of(actor, ids)
    is_staff = answers(actor)
    to = addressees([*lines], only_care=is_staff)
    if len(lines) != 1:
        choices = sorted((line.name.casefold(), line.name, line.id) for line in lines.values())
        named = [(patient, name) for _folded, name, patient in choices]
        began = {each.patient_id for each in selectors.begun(actor)}
        begun = [(patient, name) for patient, name in named if patient in began]
        return WritePage(named, "", [], "", to, is_staff, begun)
    (only,) = lines.values()
    team = careteam_of(only.id)
    names = names_of(member.person_id for member in team)
    members = [Member(names.get(member.person_id, ""), member.role) for member in team]
    on_behalf = only.called if label_for(actor.id, only.id) == "proxy" else ""
    return WritePage([(only.id, only.name)], only.name, members, on_behalf, to, is_staff, [])


def addressees(patient_ids: Sequence[UUID], *, only_care: bool = False) -> list[Addressee]:
    """Whom one can write to about these patients: the care team first, then teams by name."""
    found = []
    if any(selectors.has_care_team(patient_id) for patient_id in patient_ids):
        care = selectors.teams_named([]).get(None)
        found.append(
            Addressee(
                "",
                _("Your care team"),
                care.purpose if care else _("Everything about your health and your treatment."),
                reply_words(care.reply_hours) if care else "",
                care.hours_text if care else "",
            )
        )
    if only_care:
        return found
    return found + [
        Addressee(
            str(team.id),
            team_name(team, is_care=False),
            team.purpose,
            reply_words(team.reply_hours),
            team.hours_text,
        )
        for team in selectors.offered_teams()
    ]


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
