"""The room that obeys the tables: who sits where, and to whom a frame goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from scheduling.visits.states.tables import (
    MAY_SIT,
    OVER,
    SITTING,
    TALKING,
    Hold,
    SeatStep,
    Side,
    State,
    Step,
    StepRefused,
    after,
    seat_after,
)


class SeatTaken(StepRefused):
    """Somebody else of the same side sits there."""


class Stale(StepRefused):
    """The seat or the epoch that was named is not the one that counts."""


class NobodyThere(StepRefused):
    """There is nobody opposite who could take it."""


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
