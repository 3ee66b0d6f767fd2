"""The life of a visit and of its two seats: one table each, and the room that obeys both.

Pure. Whatever happens to a visit passes `Room`, which knows neither rows nor clocks, so all that
can happen is explored by the tests. `docs/visits.md` is drawn from these tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class StepRefused(Exception):
    """What was asked is not possible now."""


class SeatTaken(StepRefused):
    """Somebody else of the same side sits there."""


class Stale(StepRefused):
    """The seat or the epoch that was named is not the one that counts."""


class NobodyThere(StepRefused):
    """There is nobody opposite who could take it."""


class State(StrEnum):
    """Where a visit stands. No step leads to `cancelled`: the appointment says it, at each step."""

    PLANNED = "planned"
    WAITING = "waiting"
    ADMITTED = "admitted"
    LIVE = "live"
    ENDED = "ended"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What moves a visit on."""

    ARRIVE = "arrive"
    STEP_OUT = "step-out"
    ADMIT = "admit"
    DECLINE = "decline"
    SEND_BACK = "send-back"
    RETURN = "return"
    CONNECT = "connect"
    END = "end"
    CLOSE = "close"


class Ending(StrEnum):
    """Why a visit is over."""

    FINISHED = "finished"
    DECLINED = "declined"
    NOT_COME = "not-come"
    NOT_ADMITTED = "not-admitted"
    NOT_CONNECTED = "not-connected"
    LEFT_OPEN = "left-open"
    CANCELLED = "cancelled"


class Side(StrEnum):
    """The two seats of a visit."""

    PATIENT = "patient"
    CLINIC = "clinic"

    @property
    def other(self) -> "Side":
        """The seat opposite."""
        return Side.CLINIC if self is Side.PATIENT else Side.PATIENT


class Hold(StrEnum):
    """How a seat is held: away is a socket that was lost less than half a minute ago."""

    EMPTY = "empty"
    HERE = "here"
    AWAY = "away"
    GONE = "gone"


class SeatStep(StrEnum):
    """What happens to a seat."""

    TAKE = "take"
    LOSE = "lose"
    EXPIRE = "expire"
    LEAVE = "leave"
    CLEAR = "clear"


NEXT: Mapping[tuple[State, Step], State] = {
    (State.PLANNED, Step.ARRIVE): State.WAITING,
    (State.PLANNED, Step.CLOSE): State.MISSED,
    (State.WAITING, Step.STEP_OUT): State.PLANNED,
    (State.WAITING, Step.ADMIT): State.ADMITTED,
    (State.WAITING, Step.DECLINE): State.MISSED,
    (State.WAITING, Step.CLOSE): State.MISSED,
    (State.ADMITTED, Step.CONNECT): State.LIVE,
    (State.ADMITTED, Step.SEND_BACK): State.WAITING,
    (State.ADMITTED, Step.RETURN): State.WAITING,
    (State.ADMITTED, Step.END): State.ENDED,
    (State.ADMITTED, Step.CLOSE): State.ENDED,
    (State.LIVE, Step.SEND_BACK): State.WAITING,
    (State.LIVE, Step.RETURN): State.WAITING,
    (State.LIVE, Step.END): State.ENDED,
    (State.LIVE, Step.CLOSE): State.ENDED,
}

SEAT_NEXT: Mapping[tuple[Hold, SeatStep], Hold] = {
    (Hold.EMPTY, SeatStep.TAKE): Hold.HERE,
    (Hold.HERE, SeatStep.TAKE): Hold.HERE,
    (Hold.AWAY, SeatStep.TAKE): Hold.HERE,
    (Hold.GONE, SeatStep.TAKE): Hold.HERE,
    (Hold.HERE, SeatStep.LOSE): Hold.AWAY,
    (Hold.AWAY, SeatStep.EXPIRE): Hold.GONE,
    (Hold.HERE, SeatStep.LEAVE): Hold.GONE,
    (Hold.AWAY, SeatStep.LEAVE): Hold.GONE,
    (Hold.EMPTY, SeatStep.CLEAR): Hold.EMPTY,
    (Hold.HERE, SeatStep.CLEAR): Hold.EMPTY,
    (Hold.AWAY, SeatStep.CLEAR): Hold.EMPTY,
    (Hold.GONE, SeatStep.CLEAR): Hold.EMPTY,
}

TALKING = frozenset({State.ADMITTED, State.LIVE})
"""States in which frames pass and relay credentials exist."""
OPEN = frozenset({State.PLANNED, State.WAITING}) | TALKING
OVER = frozenset({State.ENDED, State.MISSED, State.CANCELLED})
SITTING = frozenset({Hold.HERE, Hold.AWAY})
MAY_SIT: Mapping[Side, frozenset[State]] = {
    Side.PATIENT: TALKING | {State.WAITING},
    Side.CLINIC: TALKING,
}

OPENS_BEFORE = timedelta(minutes=30)
KEPT = timedelta(seconds=30)
"""How long a seat is kept for somebody whose socket is gone."""
SILENT = timedelta(seconds=15)
"""After so long without a sign of its process, a socket counts as lost."""
LINGERS: Mapping[State, timedelta] = {
    State.PLANNED: timedelta(minutes=30),
    State.WAITING: timedelta(hours=2),
    State.ADMITTED: timedelta(hours=2),
    State.LIVE: timedelta(hours=2),
}
"""How long after its planned end a visit in this state stays open."""
AT_MOST = timedelta(hours=6)
"""The same for a visit in which somebody still sits."""


def after(state: State, step: Step) -> State:
    """The state that follows. Raises StepRefused for any pair that the table lacks."""
    try:
        return NEXT[state, step]
    except KeyError:
        raise StepRefused from None


def seat_after(hold: Hold, step: SeatStep) -> Hold:
    """How the seat is held then. Raises StepRefused for any pair that the table lacks."""
    try:
        return SEAT_NEXT[hold, step]
    except KeyError:
        raise StepRefused from None


def ending(state: State, step: Step, *, was_live: bool) -> Ending:
    """The name of the ending that this step brings about in this state."""
    if step is Step.DECLINE:
        return Ending.DECLINED
    if step is Step.CLOSE and state is State.PLANNED:
        return Ending.NOT_COME
    if step is Step.CLOSE and state is State.WAITING:
        return Ending.NOT_ADMITTED
    if not was_live:
        return Ending.NOT_CONNECTED
    return Ending.FINISHED if step is Step.END else Ending.LEFT_OPEN


def closes_at(state: State, ends_at: datetime, *, somebody_sits: bool) -> datetime | None:
    """When a visit in this state closes by itself; None for one that is over."""
    if state not in LINGERS:
        return None
    return ends_at + (AT_MOST if somebody_sits else LINGERS[state])


def hold_at(
    now: datetime, *, seen_at: datetime, lost_at: datetime | None, is_left: bool = False
) -> Hold:
    """How a seat that was taken is held now, whatever became of the process that held its socket.

    `seen_at` is when that process last said that the socket is there.
    """
    if is_left:
        return Hold.GONE
    lost = min(lost_at or now, seen_at + SILENT)
    if lost >= now:
        return Hold.HERE
    return Hold.AWAY if now < lost + KEPT else Hold.GONE


@dataclass(frozen=True, slots=True)
class Sitter:
    """Whoever takes a seat: the person, on which device, over which socket, under which token."""

    person: UUID
    role: str
    device: UUID
    token: UUID
    socket: str


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat: how it is held, and by whom."""

    hold: Hold = Hold.EMPTY
    sitter: Sitter | None = None

    @property
    def is_held(self) -> bool:
        """True while nobody else may take it."""
        return self.hold in SITTING

    def after(self, step: SeatStep) -> "Seat":
        """The seat then."""
        hold = seat_after(self.hold, step)
        return Seat(hold, None if hold is Hold.EMPTY else self.sitter)

    def taken(self, sitter: Sitter) -> "Seat":
        """The seat with this person in it. Raises SeatTaken for another than who holds it."""
        if self.is_held and self.sitter is not None and self.sitter.person != sitter.person:
            raise SeatTaken
        return Seat(seat_after(self.hold, SeatStep.TAKE), sitter)


def _two_seats() -> Mapping[Side, Seat]:
    return {side: Seat() for side in Side}


@dataclass(frozen=True, slots=True)
class Room:
    """A visit: its state, its epoch (which pairing of seats), and who sits where."""

    state: State = State.PLANNED
    epoch: int = 0
    seats: Mapping[Side, Seat] = field(default_factory=_two_seats)

    def then(self, step: Step) -> "Room":
        """The room after this step. Raises StepRefused."""
        state = after(self.state, step)
        room = replace(self, state=state)
        if step is Step.ADMIT and self.seats[Side.PATIENT].hold is Hold.GONE:
            room = room._with(Side.PATIENT, room.seats[Side.PATIENT].after(SeatStep.CLEAR))
        if step in {Step.SEND_BACK, Step.RETURN}:
            # What was under way between the two is void.
            clinic = room.seats[Side.CLINIC].after(SeatStep.CLEAR)
            room = replace(room._with(Side.CLINIC, clinic), epoch=self.epoch + 1)
        if state in OVER:
            room = replace(room, seats=_two_seats(), epoch=self.epoch + 1)
        return room

    def cancelled(self) -> "Room":
        """The room once its appointment is cancelled: over. Raises StepRefused."""
        if self.state in OVER:
            raise StepRefused
        return Room(State.CANCELLED, self.epoch + 1)

    def joined(self, side: Side, sitter: Sitter, epoch: int) -> "Room":
        """The room with this person in this seat. `epoch` is the one that their page still holds.

        The same device of an epoch that still counts has only come back: nothing else changes.
        Otherwise both sides begin anew. Raises StepRefused, SeatTaken.
        """
        if self.state not in MAY_SIT[side]:
            raise StepRefused
        seat = self.seats[side]
        before = seat.sitter if seat.is_held else None
        comes_back = (
            before is not None
            and epoch == self.epoch
            and (before.person, before.device) == (sitter.person, sitter.device)
        )
        if before is not None and comes_back:
            return self._with(side, seat.taken(replace(sitter, token=before.token)))._connected()
        seat.taken(sitter)
        room = self
        if side is Side.PATIENT and self.state in TALKING and seat.hold is Hold.GONE:
            room = self.then(Step.RETURN)
        room = room._with(side, room.seats[side].taken(sitter))
        return replace(room, epoch=room.epoch + 1)._connected()

    def lost(self, side: Side) -> "Room":
        """The room when the socket of this seat is gone. Raises StepRefused."""
        return self._with(side, self.seats[side].after(SeatStep.LOSE))

    def expired(self, side: Side) -> "Room":
        """The room when this seat was away for too long. Raises StepRefused."""
        return self._with(side, self.seats[side].after(SeatStep.EXPIRE))

    def left(self, side: Side) -> "Room":
        """The room when this side gave its seat up. From the waiting room one steps out.

        Raises StepRefused.
        """
        room = self
        if self.seats[side].is_held:
            room = self._with(side, self.seats[side].after(SeatStep.LEAVE))
        elif (side, self.state) != (Side.PATIENT, State.WAITING):
            raise StepRefused
        if side is Side.PATIENT and self.state is State.WAITING:
            room = room.then(Step.STEP_OUT)._with(Side.PATIENT, Seat())
        return room

    def receiver(self, side: Side, token: UUID, socket: str, epoch: int) -> Side:
        """The seat to which a frame of this one goes. The only way on which a frame passes.

        Raises StepRefused before admission and after the end, Stale, NobodyThere.
        """
        if self.state not in TALKING:
            raise StepRefused
        seat = self.seats[side]
        if seat.sitter is None or not seat.is_held or epoch != self.epoch:
            raise Stale
        if (seat.sitter.token, seat.sitter.socket) != (token, socket):
            raise Stale
        if not self.seats[side.other].is_held:
            raise NobodyThere
        return side.other

    def _connected(self) -> "Room":
        both = all(seat.hold is Hold.HERE for seat in self.seats.values())
        return self.then(Step.CONNECT) if both and self.state is State.ADMITTED else self

    def _with(self, side: Side, seat: Seat) -> "Room":
        return replace(self, seats={**self.seats, side: seat})
