"""Who looked at a record: the log's own entries, told to whom the record is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from patients import policy, selectors
from patients.readings.kept_back import discreet
from patients.readings.lines import names_under
from patients.readings.looks import Line, Look, lines_of_looks, looks_of
from patients.readings.questions import QuestionMark, mark_of, marks_by_entry
from patients.readings.whom import Sort, Whom, Witness
from patients.readings.wording import told_in_words
from portal.audit import actions as audit
from portal.audit.readings import report as log
from portal.audit.selectors.entries import Wanted, pseudonym_of_person
from portal.audit.vocabulary import Event as AuditEvent
from portal.audit.vocabulary import Outcome, events
from portal.crypto.keys import KeyGone
from portal.kernel import clock, plugs
from portal.kernel.actor import Actor

PAGE = 200
TRIED = "tried"


@dataclass(frozen=True, slots=True)
class Sought:
    """What the reader wants to see: by whom, about what, own doings too, and from where on."""

    who: UUID | None = None
    what: str = ""
    own: bool = False
    before: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """One line: what was done, how often, when, and where more of it is to be seen."""

    words: str
    times: int
    first_at: datetime
    last_at: datetime
    span: tuple[int, int] | None
    place: str
    subject: str
    is_tried: bool
    is_open: bool


@dataclass(frozen=True, slots=True, repr=False)
class Somebody:
    """One person on one day, and what they did."""

    whom: Whom
    lines: list[Told]
    ask: UUID
    """The entry that a question is about."""
    asked: QuestionMark | None = None
    """How the newest question about one of these entries stands."""


@dataclass(frozen=True, slots=True, repr=False)
class Day:
    """One day in the reader's own zone, the newest doings first."""

    day: datetime
    people: list[Somebody]


@dataclass(frozen=True, slots=True, repr=False)
class ReportPage:
    """All that the page shows."""

    patient_id: UUID
    patient_name: str
    is_own: bool
    sought: Sought
    days: list[Day]
    n_waiting: int
    """Entries that no signature covers yet: their proof comes in a moment."""
    n_hidden: int
    """One's own doings among what was looked through, if they are folded away."""
    beyond: UUID | None
    """Where to look on; None where the record begins."""
    people: list[tuple[UUID, str]]
    kinds: list[tuple[str, str]]
    questions: list[QuestionMark]
    """What was asked about this record, the newest first."""


def report(actor: Actor, patient_id: UUID, sought: Sought) -> ReportPage:
    """Who opened or changed this record, as far as a page holds, in plain words.

    Refuses: NotFound, also once the record is erased.
    Records: AUDIT_READ.
    """
    patient = selectors.fetch_patient(actor, patient_id, among=policy.reportable_patients)
    is_own = patient.person_id == actor.id
    names = names_under([patient_id])
    if not names:
        raise selectors.not_found(patient_id)
    audit.record_alone(actor, AuditEvent.AUDIT_READ, patient=patient_id, on_behalf=not is_own)
    found = _found(patient_id, wanted(sought, patient.person_id), sought.before)
    found = discreet(actor, patient_id, found)
    kept, beyond = _whole_days(found.entries, found.beyond)
    witness = Witness(actor, patient, kept)
    asked = selectors.questions_about(actor, patient_id)
    return ReportPage(
        patient_id=patient_id,
        patient_name=names[patient_id],
        is_own=is_own,
        sought=sought,
        days=_days(kept, witness, marks_by_entry(asked)),
        n_waiting=len(log.without_proof([entry.row.id for entry in kept])),
        n_hidden=sum(1 for each in found.passed if beyond is None or each > beyond),
        beyond=beyond,
        people=witness.people(),
        kinds=[(name, str(about)) for name, about in kinds().items()],
        questions=[mark_of(question) for question in asked],
    )


def wanted(sought: Sought, own: UUID | None) -> Wanted:
    """What the log is searched for. What somebody alone did is shown, even if it is one's own."""
    found = Wanted(actor=pseudonym_of_person(sought.who) if sought.who else "")
    if own and not sought.own and sought.who != own:
        found = replace(found, but=pseudonym_of_person(own))
    if sought.what == TRIED:
        return replace(found, outcome=int(Outcome.REFUSED))
    return replace(found, events=_events_of(sought.what)) if sought.what else found


@cache
def kinds() -> Mapping[str, Any]:
    """What the report can be narrowed to, by the ward that it is about."""
    return {ward.name: ward.about for ward in plugs.wards() if ward.about and ward.vocabulary}


def _found(patient_id: UUID, asked_for: Wanted, before: UUID | None) -> log.Found:
    try:
        return log.look_for(patient_id, asked_for, before=before, limit=PAGE)
    except KeyGone:
        raise selectors.not_found(patient_id) from None


@cache
def _events_of(what: str) -> frozenset[str]:
    """The words of one ward; a word that is none for a ward that is none: nothing is found."""
    named = {spec.event for ward in plugs.wards() if ward.name == what for spec in ward.vocabulary}
    return frozenset({str(event) for event in named} or {what})


def _whole_days(
    entries: list[log.OpenEntry], beyond: UUID | None
) -> tuple[list[log.OpenEntry], UUID | None]:
    """Days that are whole, as far as one page can hold a day; the rest is for the next page."""
    if beyond is None or not entries:
        return entries, beyond
    last = _day(entries[-1])
    kept = [entry for entry in entries if _day(entry) != last]
    return (kept, kept[-1].row.id) if kept else (entries, beyond)


def _day(entry: log.OpenEntry) -> date:
    return localtime(entry.row.at).date()


def _days(
    entries: Sequence[log.OpenEntry], witness: Witness, marks: Mapping[UUID, QuestionMark]
) -> list[Day]:
    by_day: dict[date, dict[Whom, list[Look]]] = {}
    for look in looks_of(entries, events(), clock.now()):
        day = by_day.setdefault(localtime(look.at).date(), {})
        day.setdefault(witness.whom(look.first), []).append(look)
    return [
        Day(
            localtime(next(iter(people.values()))[0].at),
            [_somebody(*each, witness, marks) for each in sorted(people.items(), key=_order)],
        )
        for _, people in sorted(by_day.items(), reverse=True)
    ]


def _order(each: tuple[Whom, list[Look]]) -> tuple[int, int]:
    """Staff, then who acts for the patient, then the rest, oneself last; the newest first."""
    whom, looks = each
    return [*Sort].index(whom.sort), -max(look.entries[-1].int for look in looks)


def _somebody(
    whom: Whom, looks: list[Look], witness: Witness, marks: Mapping[UUID, QuestionMark]
) -> Somebody:
    lines = lines_of_looks(looks)
    told = [_told(line, witness.names) for line in lines]
    asked = [marks[entry] for look in looks for entry in look.entries if entry in marks]
    newest = max(asked, key=lambda mark: mark.asked_at, default=None)
    return Somebody(whom, told, max(line.newest for line in lines), newest)


def _told(line: Line, names: Mapping[str, str]) -> Told:
    return Told(
        words=told_in_words(line, names),
        times=len(line.looks),
        first_at=line.first_at,
        last_at=line.last_at,
        span=line.span,
        place=line.spec.place if line.looks[0].subject else "",
        subject=line.looks[0].subject,
        is_tried=line.looks[0].is_tried,
        is_open=any(look.is_open for look in line.looks),
    )
