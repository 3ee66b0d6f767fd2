"""The life of a visit, explored: every order of everything that can happen, up to a depth."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from scheduling.visits import states
from scheduling.visits.states import (
    NEXT,
    OPEN,
    OVER,
    SEAT_NEXT,
    TALKING,
    Ending,
    Hold,
    Room,
    Seat,
    SeatStep,
    Side,
    Sitter,
    State,
    Step,
    StepRefused,
)

pytestmark = [pytest.mark.pure, pytest.mark.feature("V1", "V2", "V7")]
DEPTH = 9
PHONE, LAPTOP = UUID(int=101), UUID(int=102)
ADA, PIA, CARA = UUID(int=1), UUID(int=2), UUID(int=3)
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def sitter(person: UUID, device: UUID) -> Sitter:
    """This person on this device; token and socket say which."""
    role = "clinician" if person == CARA else "patient"
    return Sitter(person, role, device, UUID(int=person.int * 1000 + device.int), str(device.int))


JOINS = [
    (Side.PATIENT, sitter(ADA, PHONE)),
    (Side.PATIENT, sitter(ADA, LAPTOP)),
    (Side.PATIENT, sitter(PIA, PHONE)),
    (Side.CLINIC, sitter(CARA, LAPTOP)),
    (Side.CLINIC, sitter(CARA, PHONE)),
]


def moves(room: Room) -> Iterator[tuple[str, Room]]:
    """Everything that can happen in this room, and what it becomes."""
    tries: list[tuple[str, Callable[[], Room]]] = [("cancel", room.cancelled)]
    tries += [(step.value, partial(room.then, step)) for step in Step]
    for side, who in JOINS:
        for epoch in {0, room.epoch}:
            name = f"join {side} {who.person.int} {who.device.int} {epoch and 'same'}"
            tries.append((name, partial(room.joined, side, who, epoch)))
    for side in Side:
        tries.append((f"lose {side}", partial(room.lost, side)))
        tries.append((f"expire {side}", partial(room.expired, side)))
        tries.append((f"leave {side}", partial(room.left, side)))
    for name, attempt in tries:
        try:
            yield name, attempt()
        except StepRefused:
            continue


def shape(room: Room) -> object:
    """What tells rooms apart that behave alike: all but the number of the epoch."""
    return (room.state, *((side, room.seats[side]) for side in Side))


def explored(depth: int = DEPTH) -> Iterator[tuple[str, Room, Room]]:
    """Every step out of every room that can be reached."""
    seen, frontier = {shape(Room())}, [Room()]
    for _ in range(depth):
        found = []
        for room in frontier:
            for name, then in moves(room):
                yield name, room, then
                if shape(then) not in seen:
                    seen.add(shape(then))
                    found.append(then)
        frontier = found
        if not frontier:
            return


@pytest.fixture(scope="module")
def world_of_rooms() -> list[tuple[str, Room, Room]]:
    """The whole of it, once: it is finite, and explored to its end."""
    return [*explored(99)]


def test_every_state_and_every_hold_can_be_reached(world_of_rooms):
    rooms = [then for _, _, then in world_of_rooms]

    assert {room.state for room in rooms} == {*State}
    assert {room.seats[side].hold for room in rooms for side in Side} == {*Hold}


def test_what_is_over_stays_so(world_of_rooms):
    assert not [name for name, before, _ in world_of_rooms if before.state in OVER]


def test_what_is_over_accepts_nothing():
    for state in OVER:
        assert [*moves(Room(state, 3))] == []


def test_nothing_passes_before_somebody_was_let_in(world_of_rooms):
    for _, _, room in world_of_rooms:
        for side in Side:
            passes = passing(room, side, room.epoch)
            assert not passes or room.state in TALKING
            assert not passes or room.seats[side.other].is_held


def test_the_only_way_to_talk_is_to_be_let_in(world_of_rooms):
    for name, before, then in world_of_rooms:
        if then.state in TALKING and before.state not in TALKING:
            assert (name, before.state) == ("admit", State.WAITING)


def test_a_frame_goes_to_the_seat_opposite_and_from_the_seat_that_counts(world_of_rooms):
    for _, _, room in world_of_rooms:
        for side, who in JOINS:
            try:
                there = room.receiver(side, who.token, who.socket, room.epoch)
            except StepRefused:
                continue
            assert there is side.other
            assert room.seats[side].sitter == replace(who, token=who.token)


def test_what_a_former_epoch_said_passes_no_more(world_of_rooms):
    for _, before, then in world_of_rooms:
        for side in Side:
            if then.epoch != before.epoch:
                assert not passing(then, side, before.epoch)


def test_the_epoch_never_goes_back_and_moves_with_every_new_pairing(world_of_rooms):
    for name, before, then in world_of_rooms:
        assert then.epoch >= before.epoch
        for side in Side:
            old, new = before.seats[side].sitter, then.seats[side].sitter
            if new is not None and (old is None or old.token != new.token):
                assert then.epoch > before.epoch, name


def test_nobody_is_put_out_of_a_seat_by_somebody_else(world_of_rooms):
    for name, before, then in world_of_rooms:
        for side in Side:
            was, now = before.seats[side], then.seats[side]
            if was.is_held and now.is_held:
                assert was.sitter is not None
                assert now.sitter is not None
                assert was.sitter.person == now.sitter.person, name


def test_the_clinic_sits_only_where_somebody_was_let_in(world_of_rooms):
    for name, _, room in world_of_rooms:
        if room.state not in TALKING:
            assert room.seats[Side.CLINIC].hold is Hold.EMPTY, name


def test_whoever_was_gone_waits_again_before_they_talk(world_of_rooms):
    for name, before, then in world_of_rooms:
        gone = before.seats[Side.PATIENT].hold is Hold.GONE and before.state in TALKING
        if gone and then.seats[Side.PATIENT].hold is Hold.HERE:
            assert then.state is State.WAITING, name


def test_whoever_was_away_for_a_moment_only_comes_back():
    room = live()
    away = room.lost(Side.PATIENT)

    back = away.joined(Side.PATIENT, sitter(ADA, PHONE), away.epoch)

    assert back == room
    assert away.state is State.LIVE


def test_a_page_that_lost_its_connection_begins_anew():
    room = live()

    again = room.joined(Side.PATIENT, sitter(ADA, PHONE), 0)

    assert (again.state, again.epoch) == (State.LIVE, room.epoch + 1)


def test_another_device_takes_the_seat_over():
    room = live()

    over = room.joined(Side.PATIENT, sitter(ADA, LAPTOP), 0)

    assert over.seats[Side.PATIENT].sitter == sitter(ADA, LAPTOP)
    assert not passing_as(over, Side.PATIENT, sitter(ADA, PHONE), over.epoch)
    assert over.state is State.LIVE


def test_another_person_of_the_same_side_is_refused():
    with pytest.raises(states.SeatTaken):
        live().joined(Side.PATIENT, sitter(PIA, PHONE), 0)


def test_both_here_is_live_and_one_is_not():
    room = Room().then(Step.ARRIVE).then(Step.ADMIT)
    one = room.joined(Side.CLINIC, sitter(CARA, LAPTOP), 0)

    assert one.state is State.ADMITTED
    assert one.joined(Side.PATIENT, sitter(ADA, PHONE), 0).state is State.LIVE


def test_leaving_never_ends_a_visit(world_of_rooms):
    for name, _, then in world_of_rooms:
        if name.startswith("leave"):
            assert then.state in OPEN


def test_every_ending_has_one_name():
    ends = [
        (state, step, states.ending(state, step, was_live=was_live))
        for (state, step), then in NEXT.items()
        if then in OVER
        for was_live in (True, False)
    ]

    assert {name for *_, name in ends} == {*Ending} - {Ending.CANCELLED}


def test_the_tables_know_every_state():
    assert {state for state, _ in NEXT} == OPEN
    assert {step for _, step in NEXT} == {*Step}
    assert {hold for hold, _ in SEAT_NEXT} == {*Hold}
    assert {step for _, step in SEAT_NEXT} == {*SeatStep}


@pytest.mark.parametrize(
    ("seen", "lost", "hold"),
    [
        (0, None, Hold.HERE),
        (15, None, Hold.HERE),
        (16, None, Hold.AWAY),
        (44, None, Hold.AWAY),
        (45, None, Hold.GONE),
        (0, 0, Hold.HERE),
        (1, 1, Hold.AWAY),
        (5, 29, Hold.AWAY),
        (5, 30, Hold.GONE),
        (100, 1, Hold.GONE),
    ],
)
def test_half_a_minute_is_kept_whether_or_not_anybody_said_so(seen, lost, hold):
    lost_at = None if lost is None else AT - timedelta(seconds=lost)

    assert states.hold_at(AT, seen_at=AT - timedelta(seconds=seen), lost_at=lost_at) is hold


def test_whoever_left_is_gone_at_once():
    assert states.hold_at(AT, seen_at=AT, lost_at=None, is_left=True) is Hold.GONE


def test_a_visit_with_somebody_in_it_stays_open_longer():
    alone = states.closes_at(State.LIVE, AT, somebody_sits=False)
    seated = states.closes_at(State.LIVE, AT, somebody_sits=True)

    assert alone is not None
    assert seated is not None
    assert AT < alone < seated
    assert states.closes_at(State.ENDED, AT, somebody_sits=False) is None


def live() -> Room:
    """Ada on her phone and Dr Cara are in the call."""
    room = Room().then(Step.ARRIVE).then(Step.ADMIT)
    room = room.joined(Side.PATIENT, sitter(ADA, PHONE), 0)
    return room.joined(Side.CLINIC, sitter(CARA, LAPTOP), 0)


def passing(room: Room, side: Side, epoch: int) -> bool:
    """True if whoever sits there could say something in this epoch."""
    seat: Seat = room.seats[side]
    return seat.sitter is not None and passing_as(room, side, seat.sitter, epoch)


def passing_as(room: Room, side: Side, who: Sitter, epoch: int) -> bool:
    """True if they could."""
    try:
        room.receiver(side, who.token, who.socket, epoch)
    except StepRefused:
        return False
    return True
