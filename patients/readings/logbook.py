"""The log as a privacy officer reads it: who opened which record, and nothing of what is in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext

from patients import policy, selectors
from patients.readings.directory import Asked, DirectoryLine, look_for_review
from patients.readings.lines import PatientLine, lines_under
from patients.readings.whom import RANKS, WORK
from patients.texts import fits, words
from patients.vocabulary import Event
from portal.accounts.errors import NotAllowed
from portal.accounts.selectors import names_of, staff_names
from portal.audit import actions as audit
from portal.audit.readings import review as log
from portal.audit.readings.report import OpenEntry
from portal.audit.readings.review import Reviewed
from portal.audit.selectors.entries import pseudonym_of_patient, pseudonym_of_person
from portal.audit.selectors.search import Search
from portal.audit.vocabulary import Outcome, events
from portal.crypto.keys import KeyGone
from portal.kernel import plugs
from portal.kernel.actor import Actor

OUTCOMES = {"done": Outcome.DONE, "refused": Outcome.REFUSED, "failed": Outcome.FAILED}
_NAMED = {int(outcome): name for name, outcome in OUTCOMES.items()}


@dataclass(frozen=True, slots=True)
class Sieve:
    """What a privacy officer looks for: ids, codes and days. What is empty asks for nothing."""

    who: UUID | None = None
    patient: UUID | None = None
    act: str = ""
    way: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None
    before: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Doer:
    """Who did it, and as what. Without an id there is nobody whose other acts could be shown."""

    id: UUID | None
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class LogLine:
    """One entry in a list."""

    id: UUID
    at: datetime
    doer: Doer
    words: str
    outcome: str
    patient: PatientLine | None
    n_patients: int


@dataclass(frozen=True, slots=True, repr=False)
class LogPage:
    """All that the page shows."""

    sieve: Sieve
    lines: list[LogLine]
    beyond: UUID | None
    is_cut: bool
    who_name: str
    patient_name: str
    acts: list[tuple[Any, list[tuple[str, Any]]]]


@dataclass(frozen=True, slots=True, repr=False)
class Chosen:
    """Whom a search among staff and patients found."""

    staff: list[tuple[UUID, str]]
    patients: list[DirectoryLine]
    has_more: bool


def logbook(actor: Actor, sieve: Sieve) -> LogPage:
    """Entries that are looked for, newest first, as far as a page holds.

    Refuses: NotAllowed, NotFound for a patient who is not there or was erased.
    Records: LOG_READ, which names the patients that are shown.
    """
    refuse_unless_reviewing(actor)
    found = log.look_through(_search(actor, sieve), before=sieve.before)
    shown = {each.patients[0] for each in found.entries if each.n_patients == 1 and each.patients}
    shown |= {sieve.patient} if sieve.patient else set()
    _record(actor, sieve, shown, len(found.entries))
    people = _people(found.entries, {sieve.who} if sieve.who else set())
    named = lines_under(shown)
    return LogPage(
        sieve=sieve,
        lines=[line_of(each, people, named) for each in found.entries],
        beyond=found.beyond,
        is_cut=found.is_cut,
        who_name=people.get(sieve.who, gettext("Somebody")) if sieve.who else "",
        patient_name=named[sieve.patient].name if sieve.patient in named else "",
        acts=acts(),
    )


def find_somebody(actor: Actor, text: str) -> Chosen:
    """Staff and patients of this name, to be chosen. Patients also by record number.

    Refuses: NotAllowed.
    Records: PATIENTS_LOOKED_FOR, which names those who are shown.
    """
    refuse_unless_reviewing(actor)
    found = look_for_review(actor, Asked(text))
    asked = words(text)
    staff = [each for each in staff_names(actor).items() if fits(asked, words(each[1]))]
    in_order = sorted(staff, key=lambda each: (each[1].casefold(), each[0]))
    return Chosen(in_order, found.found or [], found.has_more)


def line_of(
    each: Reviewed, people: Mapping[UUID, str], named: Mapping[UUID, PatientLine]
) -> LogLine:
    """An entry as a line of a list."""
    row = each.entry.row
    one = named.get(each.patients[0]) if each.n_patients == 1 and each.patients else None
    spec = events().get(row.event)
    return LogLine(
        id=row.id,
        at=row.at,
        doer=doer_of(each.entry, people),
        words=gettext(spec.meaning) if spec else row.event,
        outcome=_NAMED.get(row.outcome, ""),
        patient=one,
        n_patients=each.n_patients,
    )


def doer_of(entry: OpenEntry, people: Mapping[UUID, str]) -> Doer:
    """Who did it, by name and by the first of the roles that were held then."""
    role = str(entry.details.get("role", ""))
    if role.startswith("system:"):
        work = WORK.get(role.removeprefix("system:"), "")
        return Doer(None, gettext("The portal itself"), gettext(work) if work else "")
    if role == "stranger":
        return Doer(None, gettext("Somebody who was not signed in"))
    person = id_in(entry, "actor")
    if person is None:
        return Doer(None, gettext("Somebody; who it was is no longer kept"))
    held = role.split(",")
    first = next((rank for rank in (*RANKS, "proxy", "patient") if rank in held), "")
    return Doer(person, people.get(person, gettext("Somebody whose account is gone")), first)


def people_in(entries: Collection[Reviewed]) -> dict[UUID, str]:
    """What those are called who did, or appear in, these entries."""
    return _people(entries, set())


def id_in(entry: OpenEntry, name: str) -> UUID | None:
    """The id that an entry tells under this name."""
    value = entry.details.get(name)
    return UUID(str(value)) if value else None


def refuse_unless_reviewing(actor: Actor) -> None:
    """Raises NotAllowed for whoever does not review the log."""
    if not policy.may_review(actor):
        raise NotAllowed


@cache
def acts() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Every act that can be looked for, by the part of the portal that it belongs to."""
    groups = [
        (ward.about, [(str(spec.event), spec.meaning) for spec in ward.vocabulary])
        for ward in plugs.wards()
        if ward.vocabulary
    ]
    rest = [act for about, some in groups if not about for act in some]
    return [(about, some) for about, some in groups if about] + [("", rest)]


def _people(entries: Collection[Reviewed], more: set[UUID]) -> dict[UUID, str]:
    acted = {id_in(each.entry, name) for each in entries for name in ("actor", "person")}
    return names_of({one for one in acted if one} | more)


def _search(actor: Actor, sieve: Sieve) -> Search:
    patient = ""
    if sieve.patient:
        selectors.fetch_patient(actor, sieve.patient, among=policy.reviewable_patients)
        try:
            patient = pseudonym_of_patient(sieve.patient)
        except KeyGone:
            raise selectors.not_found(sieve.patient) from None
    return Search(
        actor=pseudonym_of_person(sieve.who) if sieve.who else "",
        patient=patient,
        event=sieve.act,
        way=sieve.way,
        outcome=OUTCOMES.get(sieve.outcome),
        since=_midnight(sieve.since) if sieve.since else None,
        until=_midnight(sieve.until + timedelta(days=1)) if sieve.until else None,
    )


def _midnight(day: date) -> datetime:
    """When this day begins where the reader is."""
    return datetime.combine(day, time(), get_current_timezone()).astimezone(UTC)


def _record(actor: Actor, sieve: Sieve, shown: set[UUID], count: int) -> None:
    used = {
        "by_patient": sieve.patient,
        "by_act": sieve.act,
        "by_way": sieve.way,
        "by_outcome": sieve.outcome,
        "by_time": sieve.since or sieve.until,
    }
    told: dict[str, Any] = {name: "yes" for name, value in used.items() if value}
    told |= {"who": sieve.who} if sieve.who else {}
    audit.record_alone(actor, Event.LOG_READ, patients=in_order(shown), shown=count, **told)


def in_order(patients: set[UUID]) -> Sequence[UUID]:
    """These patients in one order everywhere."""
    return sorted(patients)
