"""Weekly hours, and the times in which they do not hold."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import BadInput, NotFound
from portal.kernel.ids import new_id
from scheduling import policy, selectors
from scheduling.actions import claims
from scheduling.actions.receipts import first_result
from scheduling.errors import HoursRefused, ZoneUnknown
from scheduling.models import CLINIC, Hours, Resource, TimeException
from scheduling.slots import STEP, is_wall, wall_times
from scheduling.vocabulary import OCCASIONS, Event

MOST_WINDOWS = 50
_DAY = timedelta(days=1)
Given = tuple[int, int, int]
"""A window: the weekday (Monday is 0), the minute it opens, the minute it closes."""


def set_hours(
    actor: Actor,
    person_id: UUID,
    windows: Sequence[Given],
    *,
    valid_from: date,
    valid_to: date | None = None,
    zone: str = "",
    command_id: UUID,
) -> None:
    """From one day to the other (or for good) these are the weekly hours, and no others.

    What held before and after these days is as it was. Appointments stay where they are.

    Refuses: NotFound, HoursRefused, ZoneUnknown, CommandReused.
    Records: HOURS_SET.
    """
    person = selectors.fetch_keeper(actor, person_id)
    zone = zone or selectors.clinic_zone()
    content = ("hours", person_id, *map(tuple, windows), valid_from, valid_to, zone)
    if first_result(actor, command_id, content, person.pk):
        return
    _check(windows, valid_from, valid_to, zone)
    claims.lock_calendars(actor, [(Resource.PERSON.value, person.pk)])
    _make_room(person_id, valid_from, valid_to)
    Hours.objects.bulk_create(
        Hours(
            person=person,
            weekday=weekday,
            opens_minute=opens,
            closes_minute=closes,
            zone=zone,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        for weekday, opens, closes in sorted({*map(tuple, windows)})
    )
    audit.record(actor, Event.HOURS_SET, subject=person.pk, person=person.pk, windows=len(windows))


def add_absence(
    actor: Actor,
    person_id: UUID | None,
    starts: datetime,
    ends: datetime,
    *,
    zone: str = "",
    occasion: str = "leave",
    command_id: UUID,
) -> TimeException:
    """Between these wall times the person sees nobody; without a person, the whole clinic is shut.

    Appointments in it stay: whoever is away decides what becomes of each.

    Refuses: NotFound, BadInput, HoursRefused, ZoneUnknown, CommandReused.
    Records: EXCEPTION_ADDED.
    """
    if person_id is None and not policy.arranges(actor):
        raise NotFound(kind="clinic")
    span = (starts, ends, zone or selectors.clinic_zone())
    return _added(actor, person_id, "absence", span, occasion, command_id)


def add_opening(
    actor: Actor,
    person_id: UUID,
    starts: datetime,
    ends: datetime,
    *,
    zone: str = "",
    occasion: str = "extra",
    command_id: UUID,
) -> TimeException:
    """Between these wall times the person sees patients, also while the clinic is shut.

    Refuses: NotFound, BadInput, HoursRefused, ZoneUnknown, CommandReused.
    Records: EXCEPTION_ADDED.
    """
    span = (starts, ends, zone or selectors.clinic_zone())
    return _added(actor, person_id, "opening", span, occasion, command_id)


def remove_exception(actor: Actor, exception_id: UUID, *, command_id: UUID) -> None:
    """The usual hours hold again.

    Refuses: NotFound, CommandReused.
    Records: EXCEPTION_REMOVED.
    """
    if first_result(actor, command_id, ("remove", exception_id), exception_id):
        return
    row = policy.removable_exceptions(actor).filter(pk=exception_id).first()
    if row is None:
        raise NotFound(kind="exception")
    _lock(actor, row.person_id)
    n_deleted, _ = row.delete()
    if not n_deleted:
        raise NotFound(kind="exception")  # somebody else did, while we waited for the calendar
    audit.record(actor, Event.EXCEPTION_REMOVED, subject=row.person_id, kind=row.kind)


def _added(
    actor: Actor,
    person_id: UUID | None,
    kind: str,
    span: tuple[datetime, datetime, str],
    occasion: str,
    command_id: UUID,
) -> TimeException:
    starts, ends, zone = span
    if person_id is not None:
        selectors.fetch_keeper(actor, person_id)
    if occasion not in OCCASIONS or starts.tzinfo or ends.tzinfo:
        raise BadInput
    row_id = new_id()
    if first := first_result(actor, command_id, (kind, person_id, *span, occasion), row_id):
        return TimeException.objects.get(pk=first)
    begins_at, ends_at = _instants(starts, ends, zone)
    _lock(actor, person_id)
    row = TimeException.objects.create(
        id=row_id,
        person_id=person_id,
        kind=kind,
        occasion=occasion,
        starts_at=begins_at,
        ends_at=ends_at,
        zone=zone,
        wall_start=starts.strftime("%Y-%m-%dT%H:%M"),
        wall_end=ends.strftime("%Y-%m-%dT%H:%M"),
        made_by=actor.id,
        made_at=clock.now(),
    )
    audit.record(actor, Event.EXCEPTION_ADDED, subject=person_id, kind=kind, occasion=occasion)
    return row


def _lock(actor: Actor, person_id: UUID | None) -> None:
    whose = (Resource.PERSON, person_id) if person_id else (Resource.CLINIC, CLINIC)
    claims.lock_calendars(actor, [(whose[0].value, whose[1])])


def _instants(starts: datetime, ends: datetime, zone: str) -> tuple[datetime, datetime]:
    """When these wall times are: from the first time the wall shows one to the last of the other.

    A wall time that a clock change skips is the change itself.
    """
    if not is_wall(zone):
        raise ZoneUnknown
    begins_at, ends_at = _nearest(starts, zone)[0], _nearest(ends, zone)[-1]
    if ends_at <= begins_at:
        raise HoursRefused
    return begins_at, ends_at


def _nearest(wall: datetime, zone: str) -> list[datetime]:
    for n in range(0, 3 * 1440, STEP):
        if found := wall_times(wall + timedelta(minutes=n), zone):
            return found
    raise HoursRefused


def _check(windows: Sequence[Given], valid_from: date, valid_to: date | None, zone: str) -> None:
    if not is_wall(zone):
        raise ZoneUnknown
    if len(windows) > MOST_WINDOWS or (valid_to is not None and valid_to < valid_from):
        raise HoursRefused
    for weekday, opens, closes in windows:
        on_grid = opens % STEP == 0 == closes % STEP
        if not (0 <= weekday <= 6 and 0 <= opens < closes <= 1440 and on_grid):
            raise HoursRefused


def _make_room(person_id: UUID, first: date, last: date | None) -> None:
    """No other hours of this person hold on these days; they hold as before around them."""
    rows = Hours.objects.filter(person=person_id).exclude(valid_to__lt=first)
    for row in rows.filter(valid_from__lte=last) if last else rows:
        ended, begun = row.valid_to, row.valid_from
        if last is not None and (ended is None or ended > last):
            Hours.objects.create(
                person_id=person_id,
                weekday=row.weekday,
                opens_minute=row.opens_minute,
                closes_minute=row.closes_minute,
                zone=row.zone,
                valid_from=last + _DAY,
                valid_to=ended,
            )
        if begun < first:
            row.valid_to = first - _DAY
            row.save(update_fields=["valid_to"])
        else:
            row.delete()
