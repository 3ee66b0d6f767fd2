"""What time does to a visit: seats that nobody keeps, visits that nobody came to."""

from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import uuid4

import pytest

from portal.accounts.models import Session
from portal.kernel import clock, door
from portal.kernel.actor import person_actor
from scheduling.visits import actions, selectors, tasks
from scheduling.visits.models import Attendance, Carried, Frame, Seat, Visit
from scheduling.visits.sockets import KEEPER, keeper
from scheduling.visits.states import Hold, Side, State
from tests.patients.evidence import events
from tests.scheduling.visits.test_frames import SDP
from tests.scheduling.visits.world import (
    admitted,
    at_socket,
    cancel,
    do,
    ended,
    video_visit,
    waiting,
)

pytestmark = pytest.mark.feature("V1", "V7", "V13")


def later(**by: float) -> AbstractContextManager[None]:
    """The same, so much later."""
    return clock.moved(by=timedelta(**by))


def sit(someone, visit, *, socket: str = "", device=None, epoch: int = 0):
    """They join over this socket. Returns the actor that they are there, and the answer."""
    actor = at_socket(someone, socket or someone.key)
    told = do(actions.join, actor, visit, device or uuid4(), epoch)
    return actor, told


def hold_of(someone, visit, side=Side.PATIENT) -> Hold:
    """How the seat is held, as they would see it."""
    return selectors.fetch(someone.actor, visit).room.seats[side].hold


def test_a_killed_process_leaves_the_seat_for_half_a_minute_and_no_longer(world, ada, cara):
    visit = admitted(world)
    device = uuid4()
    _, first = sit(ada, visit, socket="a", device=device)

    with later(seconds=14):
        assert hold_of(cara, visit) is Hold.HERE
    with later(seconds=40):
        assert hold_of(cara, visit) is Hold.AWAY
        _, again = sit(ada, visit, socket="b", device=device, epoch=first["epoch"])
        assert again == first
        assert hold_of(cara, visit) is Hold.HERE
        with later(seconds=46):
            assert hold_of(cara, visit) is Hold.GONE
            sit(ada, visit, socket="c", device=device, epoch=first["epoch"])
            assert selectors.fetch(ada.actor, visit).room.state is State.WAITING


def test_a_process_that_lives_keeps_the_seat_and_the_session(world, cast, ada, cara):
    visit = admitted(world)
    ada.start_session()
    session = Session.objects.get(person=ada.id)
    actor = person_actor(ada.id, ada.roles, session=session.pk.hex).asking("s", "socket")
    do(actions.join, actor, visit, uuid4(), 0)

    with later(minutes=29):
        assert door.run(actions.keep_seats, KEEPER, ["s", "other"], with_sessions=True) == 1
        assert hold_of(cara, visit) is Hold.HERE
    session.refresh_from_db()
    assert session.last_seen_at > clock.now() + timedelta(minutes=28)


def test_a_lost_socket_is_kept_for_half_a_minute(world, ada, cara):
    visit = admitted(world)
    actor, _ = sit(ada, visit)

    door.run(actions.lose_seats, actor, "ada")

    assert hold_of(cara, visit) is Hold.AWAY
    assert door.run(actions.keep_seats, KEEPER, ["ada"]) == 0
    with later(seconds=31):
        assert hold_of(cara, visit) is Hold.GONE


def test_a_process_that_is_silent_is_told_and_may_turn_out_to_live(world, ada):
    visit = admitted(world)
    sit(ada, visit)
    before = Visit.objects.get().state_sequence

    with later(seconds=20):
        tasks.scan()
        told = Visit.objects.get().state_sequence
        tasks.scan()
        assert told > before
        assert Visit.objects.get().state_sequence == told
        assert door.run(actions.keep_seats, KEEPER, ["ada"]) == 1
        assert Visit.objects.get().state_sequence > told
        assert hold_of(ada, visit) is Hold.HERE


def test_the_scan_writes_down_who_is_gone_since_when(world, cast, ada):
    visit = admitted(world)
    actor, _ = sit(ada, visit)
    door.run(actions.lose_seats, actor, "ada")
    lost_at = Seat.objects.get().lost_at

    tasks.scan()
    assert Attendance.objects.get().to_at is None
    with later(seconds=31):
        tasks.scan()
        before = Visit.objects.get().sequence
        tasks.scan()

    row = Attendance.objects.get()
    assert (row.to_at, row.parted) == (lost_at, "gone")
    assert Visit.objects.get().sequence == before
    assert events(cast.ada_record).count("visit.seat-left") == 1


@pytest.mark.parametrize(
    ("scene", "hours", "state", "ending"),
    [
        (video_visit, 1.2, "missed", "not-come"),
        (waiting, 3, "missed", "not-admitted"),
        (admitted, 3, "ended", "not-connected"),
    ],
)
def test_what_nobody_ends_is_closed_by_the_scan(world, scene, hours, state, ending):
    scene(world)

    tasks.scan()
    assert not Visit.objects.exclude(over_at=None).exists()
    with later(hours=hours):
        tasks.scan()
        tasks.scan()

    row = Visit.objects.get()
    assert (row.state, row.ending) == (state, ending)


def test_a_live_visit_in_which_somebody_sits_is_left_alone_for_long(world, ada, cara):
    visit = admitted(world)
    sit(ada, visit)
    sit(cara, visit)
    assert Visit.objects.get().state == "live"

    with later(hours=4):
        door.run(actions.keep_seats, KEEPER, ["ada", "cara"])
        tasks.scan()
        assert Visit.objects.get().state == "live"
    with later(hours=7):
        door.run(actions.keep_seats, KEEPER, ["ada", "cara"])
        tasks.scan()
    row = Visit.objects.get()
    assert (row.state, row.ending) == ("ended", "left-open")


def test_a_cancelled_appointment_is_a_cancelled_visit_at_once(world, cast, ada, cara):
    visit = waiting(world)
    cancel(world, visit)

    assert selectors.fetch(ada.actor, visit).room.state is State.CANCELLED
    with pytest.raises(Exception, match="already-over"):
        do(actions.admit, cara, visit)
    tasks.scan()
    row = Visit.objects.get()
    assert (row.state, row.ending) == ("cancelled", "cancelled")


def test_frames_and_commands_are_not_kept(world, ada, cara):
    visit = admitted(world)
    _, _ = sit(ada, visit)
    actor, told = sit(cara, visit)
    from scheduling.visits.frames import parse

    frame = parse({"kind": "offer", "sdp": SDP})
    seat, epoch = Seat.objects.get(side="clinic").token, told["epoch"]
    do(actions.signal, actor, visit, seat, epoch, 1, frame)
    assert Frame.objects.get().body_sealed

    with later(seconds=31):
        tasks.scan()
        assert Frame.objects.get().body_sealed is None
    with later(days=2):
        tasks.scan()
    assert not Carried.objects.exists()
    assert not Frame.objects.exists(), "the visit was closed, and the numbers went with its epoch"


def test_what_is_over_keeps_no_frame(world, ada):
    ended(world)

    assert not Frame.objects.exists()
    assert not Seat.objects.exists()


def test_the_keeper_ends_when_nobody_is_left():
    keeper.enter("x")
    keeper.enter("x")
    thread = keeper._thread
    keeper.leave("x")
    assert thread is not None
    assert thread.is_alive()
    keeper.leave("x")
    thread.join(5)

    assert not thread.is_alive()
    assert keeper._thread is None
