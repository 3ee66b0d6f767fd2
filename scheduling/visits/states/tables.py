"""The two tables, of a visit and of a seat, and the times that move them on."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class StepRefused(Exception):
    """What was asked is not possible now."""


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
