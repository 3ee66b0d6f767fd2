"""Taking time and giving it back. Who takes time takes the calendars first, then the database
decides: two claims that overlap are never both there.

Calendars are locked in one order, so nobody waits for somebody who waits for them. A claim that
is refused is a row that is missing; an error would end in deadlocks on PostgreSQL.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection

from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor, system_actor
from portal.kernel.ids import new_id
from portal.realtime import groups
from portal.realtime.nudge import nudge
from scheduling import policy
from scheduling.errors import SlotTaken
from scheduling.models import Appointment, Calendar, Change, Claim, State
from scheduling.selectors import Wanted, told_of
from scheduling.vocabulary import Event

HOLDS = system_actor("holds")
_PUT = (
    "INSERT INTO scheduling_claim"
    " (resource_kind, resource_id, begins, ends, held_until, appointment_id) VALUES {}"
    " ON CONFLICT DO NOTHING RETURNING id"
)


def lock_calendars(actor: Actor, resources: Collection[tuple[str, UUID]]) -> None:
    """These calendars wait for nobody but us until the transaction ends, and have a new stamp.

    Locks: the calendars, in order.
    Records: nothing; the act that locks does.
    """
    rows = [
        Calendar(resource_kind=kind, resource_id=who, stamp=new_id())
        for kind, who in sorted({*resources})
    ]
    Calendar.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["resource_kind", "resource_id"],
        update_fields=["stamp"],
    )


def lock_claimed(actor: Actor, appointment: Appointment, more: Collection[Wanted] = ()) -> None:
    """The calendars that an appointment claims, and those that it is about to.

    Records: nothing.
    """
    claimed = Claim.objects.filter(appointment=appointment.pk)
    held = claimed.values_list("resource_kind", "resource_id")
    lock_calendars(actor, [*held, *(claim[:2] for claim in more)])


def clear(actor: Actor, wanted: Collection[Wanted]) -> None:
    """Holds whose minutes are over stand in nobody's way.

    Records: HOLD_EXPIRED for each.
    """
    found: set[UUID] = set()
    for kind, who, begins, ends in wanted:
        claims = Claim.objects.filter(resource_kind=kind, resource_id=who)
        claims = claims.filter(begins__lt=ends, ends__gt=begins, held_until__lte=clock.now())
        found.update(claims.values_list("appointment", flat=True))
    if found:
        expire(actor, found)


def expire(actor: Actor, appointment_ids: Collection[UUID]) -> int:
    """Those of these holds whose minutes are over are expired, but for what is in other hands.

    Records: HOLD_EXPIRED for each.
    """
    holds = policy.expired_holds(actor).filter(pk__in=appointment_ids)
    rows = list(holds.select_for_update(of=("self",), skip_locked=True).order_by("pk"))
    for row in rows:
        give_back(HOLDS, row, State.EXPIRED, "expired")
        audit.record(HOLDS, Event.HOLD_EXPIRED, patient=row.patient_id, subject=row.pk)
    return len(rows)


def put(actor: Actor, appointment: Appointment, wanted: Collection[Wanted]) -> None:
    """The claims are the appointment's, all of them.

    Refuses: SlotTaken.
    Records: nothing; the act that claims does.
    """
    native = connection.features.has_native_uuid_field
    until = connection.ops.adapt_datetimefield_value(appointment.held_until)
    about: Any = appointment.pk if native else appointment.pk.hex
    given: list[Any] = []
    for kind, who, begins, ends in wanted:
        given += [kind, who if native else who.hex, begins, ends, until, about]
    sql = _PUT.format(",".join(["(%s, %s, %s, %s, %s, %s)"] * len(wanted)))
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            n = len(cursor.fetchall())
    except IntegrityError:
        # The trigger of SQLite, where nobody else writes meanwhile.
        raise SlotTaken from None
    if n != len(wanted):
        raise SlotTaken


def drop(actor: Actor, appointment: Appointment) -> None:
    """The appointment takes nobody's time any more.

    Records: nothing; the act that gives back does.
    """
    Claim.objects.filter(appointment=appointment.pk).delete()


def give_back(
    actor: Actor, appointment: Appointment, state: State, kind: str, *, why: str = ""
) -> None:
    """The appointment is over before it began, its time is free, its history says so.

    Records: nothing; the act that ends it does.
    """
    drop(actor, appointment)
    appointment.state, appointment.ended_at = state, clock.now()
    appointment.held_until = None
    appointment.save(update_fields=["state", "ended_at", "held_until", "revision"])
    keep(actor, appointment, kind, why=why)


def keep(actor: Actor, appointment: Appointment, kind: str, *, why: str = "") -> None:
    """What became of the appointment is history, and open pages are told to look again.

    Records: nothing; the act itself does.
    """
    row = appointment
    Change.objects.create(
        appointment=row,
        kind=kind,
        revision=row.revision,
        clinician=row.clinician_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.zone,
        wall_start=row.wall_start,
        why=why,
        by=actor.id,
        at=clock.now(),
    )
    for person in {row.clinician_id, *told_of(row.patient_id)}:
        nudge(groups.person(person), "appointment.changed", row.pk, row.revision)
    nudge(groups.calendar(row.clinician_id), "appointment.changed", row.pk, row.revision)
