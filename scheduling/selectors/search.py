"""Times to choose from. What is found here is what `hold` takes; both ask `slots.free_starts`."""

import itertools
from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from patients.models import Patient
from patients.selectors import clinic_day, fetch_patient
from portal.kernel import clock
from portal.kernel.actor import Actor
from scheduling import policy, slots
from scheduling.errors import NotOffered
from scheduling.models import Resource, VisitType
from scheduling.selectors.appointments import acts_for_clinic
from scheduling.selectors.memory import claims_of, timetable_now, timetables
from scheduling.selectors.rules import clinic_span, clinicians_offering
from scheduling.slots import Ask, Slot, Timetable

STAFF_HORIZON = timedelta(days=366)
MOST_DAYS = 120
Found = tuple[UUID, Timetable, Ask]


def find_slots(
    actor: Actor,
    patient_id: UUID,
    visit_type_id: UUID,
    *,
    clinicians: Collection[UUID] | None = None,
    mode: str,
    first: date,
    days: int,
    apart_from: UUID | None = None,
) -> list[Slot]:
    """Times that the patient can have on these days of the clinic, in order of time.

    With one clinician, any of several, or (without any named) everybody who offers the visit.
    `apart_from` is the appointment that is to be moved.

    Refuses NotFound, NotOffered.
    """
    found = find_free(
        actor,
        patient_id,
        visit_type_id,
        clinicians=clinicians,
        mode=mode,
        first=first,
        days=days,
        apart_from=apart_from,
    )
    listed = [
        slots.slot(clinician, at, ask.minutes)
        for clinician, table, ask in found
        for at in slots.offers(table, ask)
    ]
    return sorted(listed, key=lambda each: (each.starts_at, each.clinician_id))


def find_free(
    actor: Actor,
    patient_id: UUID,
    visit_type_id: UUID,
    *,
    clinicians: Collection[UUID] | None = None,
    mode: str,
    first: date,
    days: int,
    apart_from: UUID | None = None,
) -> list[Found]:
    """The same, not yet written out: for each clinician a timetable and what to ask of it."""
    among = partial(policy.placeable_patients, moving=apart_from)
    patient = fetch_patient(actor, patient_id, among=among)
    for_staff = acts_for_clinic(actor, patient_id)
    kind = policy.bookable_types(actor, for_staff=for_staff).filter(pk=visit_type_id).first()
    if kind is None or mode not in kind.modes:
        raise NotOffered
    offering = clinicians_offering(visit_type_id)
    wanted = [each for each in offering if clinicians is None or each in clinicians]
    last = first + timedelta(days=max(0, min(days, MOST_DAYS) - 1))
    begins, ends = clinic_span(first, last)
    ask = ask_for(patient, kind, begins, ends, for_staff=for_staff, apart_from=apart_from)
    known = timetables(wanted, begins, ends, apart_from=apart_from)
    return [(each, known[each], ask) for each in wanted]


def ask_for(
    patient: Patient,
    kind: VisitType,
    begins: datetime,
    ends: datetime,
    *,
    for_staff: bool,
    apart_from: UUID | None = None,
) -> Ask:
    """What this patient can have of this kind of visit, between two instants.

    Notice and horizon bind patients; staff may take any time to come.
    """
    now = clock.now()
    soonest, latest = now + timedelta(minutes=1), now + STAFF_HORIZON
    if not for_staff:
        soonest = now + timedelta(minutes=kind.notice_minutes)
        day = clinic_day(now) + timedelta(days=kind.horizon_days)
        latest = clinic_span(day, day)[1]
    early = max(begins, soonest)
    return Ask(
        minutes=kind.minutes,
        before=kind.before_minutes,
        after=kind.after_minutes,
        every=kind.step_minutes,
        earliest=-(-int(early.timestamp()) // 60),
        latest=slots.minute(min(ends, latest)),
        now=now,
        also_taken=_taken_of(patient, begins, ends, apart_from),
    )


def explain(
    actor: Actor, patient_id: UUID, visit_type_id: UUID, clinician_id: UUID, starts_at: datetime
) -> str:
    """Which rule keeps the patient from having this time, as a code; empty if none does.

    Refuses NotFound, NotOffered.
    """
    patient = fetch_patient(actor, patient_id, among=policy.bookable_patients)
    for_staff = acts_for_clinic(actor, patient_id)
    kind = policy.bookable_types(actor, for_staff=for_staff).filter(pk=visit_type_id).first()
    if kind is None or clinician_id not in clinicians_offering(visit_type_id):
        raise NotOffered
    around = starts_at - timedelta(days=1), starts_at + timedelta(days=1)
    ask = ask_for(patient, kind, *around, for_staff=for_staff)
    return slots.why_not(timetable_now(clinician_id, *around), ask, slots.minute(starts_at))


def _taken_of(
    patient: Patient, begins: datetime, ends: datetime, apart_from: UUID | None
) -> tuple[slots.Span, ...]:
    """When the patient, as this record and as a person, has something else."""
    day = timedelta(days=1)
    between = slots.minute(begins - day), slots.minute(ends + day)
    found: list[slots.Span] = []
    whose = [(Resource.PATIENT, patient.pk)]
    whose += [(Resource.PERSON, patient.person_id)] if patient.person_id else []
    for kind, who in whose:
        taken, holds = claims_of(kind, [who], *between, apart_from=apart_from)
        found += itertools.starmap(slots.Span, taken[who])
        now = clock.now()
        found += [slots.Span(h.begins, h.ends) for h in holds[who] if h.until > now]
    return tuple(found)
