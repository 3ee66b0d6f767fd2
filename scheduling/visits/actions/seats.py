"""Seats: taken, kept, let go."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from portal.accounts.actions import note_presence
from portal.accounts.selectors import standing_of_session
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id
from scheduling.visits import policy, selectors
from scheduling.visits.actions.held import Asked, Held
from scheduling.visits.errors import NotNow
from scheduling.visits.models import Seat
from scheduling.visits.states import OVER, Hold, Room, Side, Sitter, State
from scheduling.visits.vocabulary import Event


def join(
    actor: Actor, appointment_id: UUID, device: UUID, epoch: int, *, command_id: UUID
) -> dict[str, Any]:
    """The actor sits in their seat, on this device, over the socket that asked.

    The device that held the seat, and still holds a connection of this epoch, has only come back.
    Otherwise both sides begin anew, and another device of the actor is out of the seat.

    Refuses: NotFound, NotNow, AlreadyOver, SeatIsTaken, CommandReused, RecordErased.
    Locks: the visit.
    Records: SEAT_TAKEN.
    """
    held = Held.take(actor, appointment_id)
    seen = held.seen
    asked = Asked(held, command_id, "join", device.hex, str(epoch))
    first = asked.first_result()
    if first is not None:
        if not _still_holds(held, first):
            return first
        epoch = held.room.epoch
    sitter = Sitter(actor.id, seen.role, device, new_id(), actor.request)
    with held.lawfully():
        room = held.room.joined(seen.side, sitter, epoch)
    how = _how(held.room, room, seen.side, sitter)
    was_talking = held.room.state is not room.state and room.state is State.WAITING
    changes: dict[str, Any] = {}
    if room.state is State.LIVE and held.visit.live_at is None:
        changes["live_at"] = held.now
    if was_talking:
        changes |= {"waiting_since": held.now, "admitted_at": None}
    held.put(room, **changes)
    if not how:
        _say_again(held, seen.side)
    else:
        held.record(Event.SEAT_TAKEN, seat=seen.role, how=how, epoch=room.epoch)
    now_sits = room.seats[seen.side].sitter or sitter
    told = {
        "seat": str(now_sits.token),
        "epoch": room.epoch,
        "polite": seen.side is Side.PATIENT,
    }
    return told if first is not None else asked.done(**told)


def leave(actor: Actor, appointment_id: UUID, *, command_id: UUID) -> dict[str, Any]:
    """The actor's seat is given up; from the waiting room one steps out. The visit goes on.

    Refuses: NotFound, NotNow, AlreadyOver, CommandReused, RecordErased.
    Locks: the visit.
    Records: SEAT_LEFT, VISIT_STEPPED_OUT.
    """
    held = Held.take(actor, appointment_id)
    asked = Asked(held, command_id, "leave")
    if first := asked.first_result():
        return first
    side = held.seen.side
    seat = held.room.seats[side]
    if seat.is_held and seat.sitter is not None and seat.sitter.person != actor.id:
        held.require_open()
        raise NotNow
    with held.lawfully():
        room = held.room.left(side)
    steps_out = held.room.state is State.WAITING and room.state is State.PLANNED
    changes: dict[str, Any] = {"waiting_since": None} if steps_out else {}
    held.put(room, **changes)
    if seat.is_held and seat.sitter is not None:
        held.record(Event.SEAT_LEFT, seat=seat.sitter.role, why="left")
    if steps_out:
        held.record(Event.VISIT_STEPPED_OUT)
    return asked.done(state=room.state.value)


def keep_seats(actor: Actor, sockets: Collection[str], *, with_sessions: bool = False) -> int:
    """Whoever sits over one of these sockets is there now. Returns how many seats that are.

    A seat holds its session, too: nobody is signed out in the middle of a visit for lying idle.

    Records: nothing.
    """
    rows = Seat.objects.filter(socket__in=[*sockets], is_left=False).select_related("visit")
    found = list(rows)
    if with_sessions:
        for session in {row.session for row in found if row.session}:
            note_presence(actor, UUID(hex=session))
    kept = rows.update(seen_at=clock.now(), lost_at=None)
    for row in found:
        if row.lost_at is not None and (held := _held_anyway(actor, row)):
            held.put(held.room)  # its process was silent for a while, and is not dead after all
    return kept


def lose_seats(actor: Actor, socket: str) -> None:
    """The seats over this socket are kept for half a minute, or let go if the right ended, too.

    Locks: the visits.
    Records: SEAT_LEFT.
    """
    for row in selectors.seats_of_socket(socket):
        held = _held_anyway(actor, row)
        if held is not None:
            _lose(held, row)


def _held_anyway(actor: Actor, row: Seat) -> Held | None:
    """The visit of a seat whose owner may have no right to it any more."""
    seen = selectors.lock_any(actor, row.visit.appointment_id)
    if seen is None or seen.visit is None or seen.room.state in OVER:
        return None
    return Held(actor, seen, seen.visit)


def _lose(held: Held, row: Seat) -> None:
    side = Side(row.side)
    seat = held.room.seats[side]
    if seat.sitter is None or seat.sitter.socket != row.socket or seat.hold is not Hold.HERE:
        return
    mine = held.seen.seats[side]
    mine.lost_at, mine.socket = held.now, ""
    mine.save(update_fields=["lost_at", "socket"])
    room = held.room.lost(side)
    if why := _why_for_good(held.actor, held.seen.appointment.pk):
        held.part(mine, why)
        room = room.expired(side)
    held.put(room, "gone")


def _why_for_good(actor: Actor, appointment_id: UUID) -> str:
    """Why the actor cannot come back; empty while session and right stand."""
    if not policy.attended_visits(actor).filter(pk=appointment_id).exists():
        return "no-right"
    if actor.session and not standing_of_session(UUID(hex=actor.session)).actor.roles:
        return "signed-out"
    return ""


def _still_holds(held: Held, first: dict[str, Any]) -> bool:
    """True if the seat that a join gave is still held, be it over another socket by now."""
    seat = held.room.seats[held.seen.side]
    return seat.is_held and seat.sitter is not None and str(seat.sitter.token) == first["seat"]


def _say_again(held: Held, side: Side) -> None:
    """What may not have reached the socket that was lost is news for the one that came instead."""
    visit = held.visit
    for frame in selectors.untaken_frames(visit, side.other):
        visit.sequence += 1
        frame.sequence = visit.sequence
        frame.save(update_fields=["sequence"])
    visit.save(update_fields=["sequence"])


def _how(before: Room, room: Room, side: Side, sitter: Sitter) -> str:
    """first, again, other-device; empty for a socket that only came back."""
    seat = before.seats[side]
    now = room.seats[side].sitter
    if seat.sitter is None:
        return "first"
    if now is not None and seat.is_held and now.token == seat.sitter.token:
        return ""
    return "again" if seat.sitter.device == sitter.device else "other-device"
