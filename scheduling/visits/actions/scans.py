"""What time does to visits, written down by a scan: nothing here is needed for a right answer.

Whoever looks at a visit sees what the clock says; the scan closes the rows and tells the pages.
"""

from datetime import timedelta
from uuid import UUID

from portal.kernel import clock
from portal.kernel.actor import Actor
from scheduling.visits import policy, selectors
from scheduling.visits.actions.held import Held
from scheduling.visits.models import Carried, Frame
from scheduling.visits.selectors.frames import FRESH
from scheduling.visits.states import OVER, SILENT, Ending, Hold, State, Step, closes_at, ending

REMEMBERED = timedelta(days=1)


def close_lapsed(actor: Actor, appointment_id: UUID) -> bool:
    """The rows of the visit say what its appointment and the clock say. True if they changed.

    Locks: the visit.
    Records: VISIT_OVER, SEAT_LEFT.
    """
    seen = selectors.lock_any(actor, appointment_id)
    if seen is None or seen.visit is None:
        return False
    held = Held(actor, seen, seen.visit)
    if selectors.is_moved(seen.appointment, seen.visit):
        held.begin_anew()
        return True
    if seen.visit.over_at is not None:
        return False
    if held.room.state is State.CANCELLED:
        held.room = held.room.__class__(State(held.visit.state), held.room.epoch)
        held.over(held.room.cancelled(), Ending.CANCELLED)
        return True
    parted = _note_silence(held) | held.part_lapsed()
    sits = any(seat.is_held for seat in held.room.seats.values())
    closing = closes_at(held.room.state, seen.appointment.ends_at, somebody_sits=sits)
    if closing is not None and closing <= held.now:
        _close(held)
        return True
    if parted:
        held.put(held.room, "gone")
    return parted


def close_unopened(actor: Actor, appointment_id: UUID) -> bool:
    """A booked visit that nobody ever opened is missed. True if it became so now.

    Refuses: RecordErased.
    Locks: the visit.
    Records: VISIT_OVER.
    """
    held = Held.take(actor, appointment_id, among=policy.lapsing_visits)
    if held.room.state in OVER or held.room.state is not State.PLANNED:
        return False
    _close(held)
    return True


def empty_frames(actor: Actor) -> int:
    """No frame is kept longer than anybody could take it, and no command longer than a day.

    Records: nothing.
    """
    now = clock.now()
    stale = Frame.objects.filter(put_at__lte=now - FRESH, body_sealed__isnull=False)
    emptied = stale.update(body_sealed=None)
    Carried.objects.filter(at__lte=now - REMEMBERED).delete()
    return emptied


def _note_silence(held: Held) -> bool:
    """True if the process of a seat is silent since the last scan: its socket is lost."""
    silent = [
        row
        for side, row in held.seen.seats.items()
        if row.lost_at is None and held.room.seats[side].hold is Hold.AWAY
    ]
    for row in silent:
        row.lost_at = row.seen_at + SILENT
        row.save(update_fields=["lost_at"])
    return bool(silent)


def _close(held: Held) -> None:
    before = held.room.state
    why = ending(before, Step.CLOSE, was_live=held.visit.live_at is not None)
    held.over(held.room.then(Step.CLOSE), why)
