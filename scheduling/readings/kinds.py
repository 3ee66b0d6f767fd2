"""What can be booked, and for whom."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from patients.readings import PatientLine, lines_under
from patients.readings import lines_of as patient_lines
from patients.selectors import not_found
from patients.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from scheduling import policy, selectors
from scheduling.models import VisitType
from scheduling.readings.lines import ICONS, is_staff
from scheduling.readings.picker import Asked


@dataclass(frozen=True, slots=True)
class Way:
    """One way to meet."""

    code: str
    words: str
    icon: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of visit that can be booked."""

    id: UUID
    name: str
    minutes: int
    modes: list[Way]


@dataclass(frozen=True, slots=True, repr=False)
class KindPage:
    """For whom, and what kind of visit."""

    patients: list[PatientLine]
    patient_id: UUID | None
    patient_name: str
    several_patients: bool
    is_staff: bool
    kinds: list[Kind] = field(default_factory=list)


def kinds(actor: Actor, patient_id: UUID | None) -> KindPage:
    """Whom the actor may book for, and what. Refuses NotFound for anybody else.

    Records: NAMES_READ.
    """
    rows = policy.bookable_patients(actor)
    clinic = is_staff(actor)
    if patient_id is None and not clinic:
        ids = [*rows.values_list("pk", flat=True)[:20]]
        patient_id = ids[0] if len(ids) == 1 else None
    elif patient_id and not rows.filter(pk=patient_id).exists():
        raise not_found(patient_id)
    else:
        ids = [] if clinic else [*rows.values_list("pk", flat=True)[:20]]
    named = _named(actor, {*ids, *([patient_id] if patient_id else [])})
    chosen = named.get(patient_id) if patient_id else None
    return KindPage(
        patients=sorted(named.values(), key=lambda each: (not each.is_me, each.name.casefold())),
        patient_id=patient_id,
        patient_name=chosen.name if chosen and not chosen.is_me else "",
        several_patients=len(ids) > 1,
        is_staff=clinic,
        kinds=_kinds(actor, patient_id) if patient_id else [],
    )


def kind_of(
    actor: Actor, patient_id: UUID, type_id: UUID, mode: str, *, moving: bool = False
) -> VisitType:
    """The kind of visit, if it can be booked for this patient in this way. Refuses NotFound.

    A visit that moves is of a kind that nobody may offer any more: then there are no times.
    """
    for_staff = selectors.acts_for_clinic(actor, patient_id)
    kinds: Iterable[VisitType] = selectors.offered_types(actor, for_staff=for_staff)
    if moving:
        kinds = policy.bookable_types(actor, for_staff=for_staff)
    row = next((each for each in kinds if each.pk == type_id), None)
    if row is None or mode not in row.modes:
        raise NotFound
    return row


def about(actor: Actor, asked: Asked) -> dict[str, Any]:
    """What stands above a list of times. Refuses NotFound.

    Records: NAMES_READ.
    """
    whom = policy.placeable_patients(actor, asked.moving)
    if not whom.filter(pk=asked.patient_id).exists():
        raise not_found(asked.patient_id)
    line = _named(actor, [asked.patient_id]).get(asked.patient_id)
    return {
        "patient_id": asked.patient_id,
        "patient_name": line.name if line and not line.is_me else "",
        "type_id": asked.visit_type.pk,
        "kind_name": asked.visit_type.name,
        "mode": asked.mode,
        "mode_words": mode_words(asked.mode),
    }


def refuse_unless_booking(actor: Actor) -> None:
    """Refuses NotFound for whoever books for nobody else."""
    if not is_staff(actor) or not policy.sees_calendars(actor):
        raise NotFound


def whys(actor: Actor) -> list[tuple[str, str]]:
    """Why somebody may cancel a visit: patients and the clinic have reasons of their own."""
    patients = {
        "patient-asked": _("I cannot come"),
        "not-needed": _("I do not need it any more"),
        "ill": _("I am too ill to come"),
        "wrong-time": _("The time does not suit me"),
        "other": _("Something else"),
    }
    clinics = {
        "patient-asked": _("The patient asked for it"),
        "clinician-away": _("The clinician is away"),
        "ill": _("Somebody is ill"),
        "not-needed": _("It is not needed any more"),
        "wrong-time": _("The time was wrong"),
        "mistake": _("It was booked by mistake"),
        "other": _("Something else"),
    }
    return [*(clinics if is_staff(actor) else patients).items()]


def _named(actor: Actor, ids: Collection[UUID]) -> dict[UUID, PatientLine]:
    """These patients by name. The front desk reads names, and no more."""
    if not is_staff(actor):
        return patient_lines(actor, ids)
    if ids:
        audit.record_alone(actor, Event.NAMES_READ, patients=[*ids], shown=len(ids))
    return lines_under(ids)


def _kinds(actor: Actor, patient_id: UUID) -> list[Kind]:
    for_staff = selectors.acts_for_clinic(actor, patient_id)
    rows = selectors.offered_types(actor, for_staff=for_staff)
    return [
        Kind(row.pk, row.name, row.minutes, [_way(mode) for mode in row.modes])
        for row in sorted(rows, key=lambda row: (row.minutes, row.name))
    ]


def _way(mode: str) -> Way:
    return Way(mode, mode_words(mode), ICONS[mode])


def mode_words(mode: str) -> str:
    """A way to meet, in a word or two."""
    words = {"video": _("Video"), "phone": _("Phone"), "in-person": _("At the clinic")}
    return words.get(mode, mode)
