"""Kinds of visits, and who offers them."""

from typing import Any, TypedDict, Unpack
from uuid import UUID

from portal.audit import actions as audit
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from scheduling import policy, selectors
from scheduling.actions.receipts import first_result
from scheduling.errors import VisitTypeRefused
from scheduling.models import Offering, VisitType
from scheduling.slots import STEP
from scheduling.texts import MOST_NAME, one_line
from scheduling.vocabulary import Event

_LENGTHS = {
    "minutes": (5, 480),
    "before_minutes": (0, 240),
    "after_minutes": (0, 240),
    "step_minutes": (5, 480),
}
_LIMITS = {"notice_minutes": (0, 60 * 1440), "cutoff_minutes": (0, 60 * 1440)}
_DAYS = {"horizon_days": (1, 366)}
_FLAGS = {"by_video", "by_phone", "in_person", "bookable_by_patients", "is_active"}


class VisitRules(TypedDict, total=False):
    """What else may be said of a kind of visit."""

    before_minutes: int
    after_minutes: int
    step_minutes: int
    by_video: bool
    by_phone: bool
    in_person: bool
    bookable_by_patients: bool
    notice_minutes: int
    cutoff_minutes: int
    horizon_days: int
    is_active: bool


def define_visit_type(
    actor: Actor,
    visit_type_id: UUID | None = None,
    *,
    name: str,
    minutes: int,
    command_id: UUID,
    **rules: Unpack[VisitRules],
) -> VisitType:
    """There is a kind of visit of this name and length, new or changed. Booked visits stay.

    `rules` are before_minutes, after_minutes, step_minutes, by_video, by_phone, in_person,
    bookable_by_patients, notice_minutes, cutoff_minutes, horizon_days and is_active; one that is
    not given is as it was.

    Refuses: NotFound, VisitTypeRefused, CommandReused.
    Records: VISIT_TYPE_DEFINED.
    """
    if not policy.arranges(actor):
        raise NotFound(kind="visit type")
    given = {"name": one_line(name), "minutes": minutes, **rules}
    row_id = visit_type_id or new_id()
    content = ("define", visit_type_id, *sorted(given.items()))
    if first := first_result(actor, command_id, content, row_id):
        return VisitType.objects.get(pk=first)
    row = VisitType(id=row_id)
    if visit_type_id is not None:
        found = VisitType.objects.select_for_update().filter(pk=visit_type_id).first()
        if found is None:
            raise NotFound(kind="visit type")
        row = found
    for field, value in given.items():
        _check(field, value)
        setattr(row, field, value)
    if not row.modes:
        raise VisitTypeRefused
    row.save()
    audit.record(actor, Event.VISIT_TYPE_DEFINED, subject=row.pk)
    return row


def offer_type(
    actor: Actor,
    clinician_id: UUID,
    visit_type_id: UUID,
    *,
    is_offered: bool = True,
    command_id: UUID,
) -> None:
    """The clinician offers this kind of visit from now on, or no longer. Booked visits stay.

    Refuses: NotFound, CommandReused.
    Records: VISIT_TYPE_OFFERED.
    """
    if not policy.arranges(actor) or not VisitType.objects.filter(pk=visit_type_id).exists():
        raise NotFound(kind="visit type")
    person = selectors.fetch_keeper(actor, clinician_id)
    content = ("offer", clinician_id, visit_type_id, is_offered)
    if first_result(actor, command_id, content, visit_type_id):
        return
    offering = Offering(clinician=person, visit_type_id=visit_type_id)
    if is_offered:
        Offering.objects.bulk_create([offering], ignore_conflicts=True)
    else:
        Offering.objects.filter(clinician=person, visit_type=visit_type_id).delete()
    told = "yes" if is_offered else "no"
    audit.record(
        actor, Event.VISIT_TYPE_OFFERED, subject=visit_type_id, person=person.pk, is_offered=told
    )


def _check(field: str, value: Any) -> None:
    """One rule of a kind of visit makes sense. Refuses VisitTypeRefused."""
    ranges = _LENGTHS | _LIMITS | _DAYS
    if field in ranges:
        low, high = ranges[field]
        fits = isinstance(value, int) and low <= value <= high
        fine = fits and (field not in _LENGTHS or value % STEP == 0)
    elif field in _FLAGS:
        fine = isinstance(value, bool)
    else:
        fine = field == "name" and bool(value) and len(value) <= MOST_NAME
    if not fine:
        raise VisitTypeRefused
