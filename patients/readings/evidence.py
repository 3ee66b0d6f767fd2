"""One entry of the log in plain words, the proof that it stands there, and how the log stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_noop

from patients.errors import NotSignedYet
from patients.models import Patient
from patients.readings.labels import LABELS
from patients.readings.lines import PatientLine, lines_under
from patients.readings.logbook import (
    LogLine,
    id_in,
    in_order,
    line_of,
    people_in,
    refuse_unless_reviewing,
)
from patients.readings.whom import Sort, Witness
from patients.vocabulary import Event
from portal.accounts.selectors import device_of
from portal.audit import actions as audit
from portal.audit.readings import review as log
from portal.audit.readings.review import Health, Reviewed
from portal.audit.vocabulary import OWN, events
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.kernel.plugs import DetailKind

WAY_WORDS = {
    "page": gettext_noop("a page"),
    "socket": gettext_noop("a live view"),
    "job": gettext_noop("background work"),
    "command": gettext_noop("the command line of the server"),
}
"""The way in, as a person says it."""


@dataclass(frozen=True, slots=True, repr=False)
class EntryPage:
    """All that the page of one entry shows. Nothing of what the record holds."""

    line: LogLine
    why: str
    on_behalf: bool
    patients: list[PatientLine]
    n_erased: int
    way: str
    device: str
    has_session: bool
    facts: list[tuple[str, str, bool]]
    """Its name, what it is, and whether that is a person; all else is a code."""
    index: int | None
    checkpoint_number: int | None
    checkpoint_size: int | None
    signed_at: datetime | None
    health: Health = field(repr=False)


def entry_page(actor: Actor, entry_id: UUID) -> EntryPage:
    """One entry: who, as what, when, whose record, why, how it ended, from where, and its place.

    Refuses: NotAllowed, NotFound.
    Records: LOG_ENTRY_READ, which names the patients that are shown.
    """
    refuse_unless_reviewing(actor)
    found = log.entry_at(entry_id)
    if found is None:
        raise NotFound(kind="entry")
    each = found.reviewed
    audit.record_alone(
        actor, Event.LOG_ENTRY_READ, patients=in_order({*each.patients}), which=entry_id
    )
    named = lines_under(each.patients)
    line = line_of(each, people_in([each]), named)
    session = id_in(each.entry, "session")
    kept = found.checkpoint
    return EntryPage(
        line=line,
        why=_why(actor, each),
        on_behalf=bool(each.entry.details.get("behalf")),
        patients=sorted(named.values(), key=lambda one: one.name.casefold()),
        n_erased=each.n_patients - len(named),
        way=gettext(WAY_WORDS[found.leaf.src]) if found.leaf.src in WAY_WORDS else "",
        device=device_of(session) if session else "",
        has_session=session is not None,
        facts=_facts(each, people_in([each])),
        index=found.index,
        checkpoint_number=kept.number if kept else None,
        checkpoint_size=kept.size if kept else None,
        signed_at=kept.signed_at if kept else None,
        health=log.health(),
    )


def entry_proof(actor: Actor, entry_id: UUID) -> tuple[int, str]:
    """The entry's number, and the file that proves to anybody that it stands in the log.

    Refuses: NotAllowed, NotFound, NotSignedYet.
    Records: LOG_PROOF_TAKEN.
    """
    refuse_unless_reviewing(actor)
    found, proof = log.entry_at(entry_id), log.proof_at(entry_id)
    if found is None:
        raise NotFound(kind="entry")
    if proof is None:
        raise NotSignedYet
    patients = in_order({*found.reviewed.patients})
    audit.record_alone(actor, Event.LOG_PROOF_TAKEN, patients=patients, which=entry_id)
    return proof


def _why(actor: Actor, each: Reviewed) -> str:
    """Why somebody of the clinic came to this one record, as its patient is told, too."""
    patient = Patient.objects.filter(pk__in=each.patients).first()
    if each.n_patients != 1 or patient is None:
        return ""
    whom = Witness(actor, patient, [each.entry]).whom(each.entry)
    if whom.sort is Sort.OWN:
        return gettext("it is their own record")
    if whom.sort is Sort.PROXY:
        return gettext("acts for the patient")
    if whom.sort is Sort.OTHER:
        return gettext("has nothing to do with this record")
    return whom.why


def _facts(each: Reviewed, people: Mapping[UUID, str]) -> list[tuple[str, str, bool]]:
    """What else the entry tells: counts and codes as they are, people by name; no other id."""
    spec = events().get(each.entry.row.event)
    told: list[tuple[str, str, bool]] = []
    for name, value in sorted(each.entry.details.items()):
        kind: Any = spec.detail.get(name) if spec else None
        if name in OWN or kind is None:
            continue
        if kind.kind is not DetailKind.ID:
            told.append((_label(name), str(value), False))
        elif (person := id_in(each.entry, name)) is not None and person in people:
            told.append((_label(name), people[person], True))
    return told


def _label(name: str) -> str:
    return gettext(LABELS[name]) if name in LABELS else name.replace("_", " ")
