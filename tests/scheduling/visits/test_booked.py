"""A visit follows its appointment: booked, moved, cancelled, and never for what is only held."""

from datetime import timedelta

import pytest

from portal.kernel import clock, door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from scheduling.actions import offer_type
from scheduling.visits import actions, selectors, tasks
from scheduling.visits.errors import AlreadyOver, NotNow, NotOpenYet
from scheduling.visits.models import Attendance, Seat, Visit
from scheduling.visits.sockets import KEEPER
from scheduling.visits.states import State
from tests.patients.evidence import refusal_of
from tests.scheduling.visits.world import at_socket, do
from tests.scheduling.world import Times, at

pytestmark = pytest.mark.feature("V1")


@pytest.fixture
def times(world):
    """Dr Cara's hours, and a kind of visit by video and by phone."""
    return Times(world)


@pytest.fixture
def kind(times):
    """A kind of visit."""
    return times.open(by_phone=True)


def arriving(someone, row):
    """How arriving is refused."""
    return refusal_of(actions.arrive, someone.actor, row.pk, command_id=new_id())


def just_before(row):
    """Five minutes before it begins."""
    return clock.moved(by=row.starts_at - clock.now() - timedelta(minutes=5))


def test_what_is_booked_is_a_visit_when_its_time_comes(times, kind, ada, cara):
    row = times.book(kind, at(10))

    assert isinstance(arriving(ada, row), NotOpenYet)
    assert not Visit.objects.exists()
    with just_before(row):
        assert do(actions.arrive, ada, row.pk) == {"state": "waiting"}
        assert do(actions.admit, cara, row.pk) == {"state": "admitted"}


def test_what_is_held_or_meant_for_the_phone_is_no_visit(times, kind, ada):
    by_phone = times.book(kind, at(11), mode="phone")
    held = times.hold(kind, at(9))

    for row in (held, by_phone):
        with just_before(row):
            assert isinstance(arriving(ada, row), NotFound)


def test_a_visit_moves_with_its_appointment(times, kind, ada, cara):
    row = times.book(kind, at(10))
    before = row.starts_at
    moved = times.move(row, at(15))

    with clock.moved(by=before - clock.now()):
        assert isinstance(arriving(ada, row), NotOpenYet)
    with just_before(moved):
        do(actions.arrive, ada, row.pk)


def test_a_visit_that_is_cancelled_is_over_for_everybody_at_once(times, kind, ada, cara, sam):
    row = times.book(kind, at(10))
    with just_before(row):
        do(actions.arrive, ada, row.pk)
        times.cancel(row, sam, why="clinician-away")

        for someone in (ada, cara):
            assert selectors.fetch(someone.actor, row.pk).room.state is State.CANCELLED
        refusal = refusal_of(actions.admit, cara.actor, row.pk, command_id=new_id())
        assert isinstance(refusal, AlreadyOver)
        tasks.scan()
        assert Visit.objects.get().ending == "cancelled"


def test_a_visit_that_nobody_opened_is_missed_after_its_time(times, kind, ada):
    row = times.book(kind, at(10))
    with clock.moved(by=row.ends_at - clock.now() + timedelta(minutes=31)):
        tasks.scan()

        visit = Visit.objects.get()
        assert (visit.state, visit.ending) == ("missed", "not-come")
        assert isinstance(arriving(ada, row), AlreadyOver)


@pytest.mark.parametrize("became", ["waiting", "admitted", "declined", "ended"])
def test_what_came_of_a_visit_counts_no_more_once_it_moves(times, kind, ada, cara, sam, became):
    row = times.book(kind, at(10))
    with just_before(row):
        do(actions.arrive, ada, row.pk)
        if became == "declined":
            do(actions.decline, cara, row.pk, "wrong-time")
        elif became != "waiting":
            do(actions.admit, cara, row.pk)
            do(actions.join, at_socket(ada, "a"), row.pk, new_id(), 0)
            do(actions.join, at_socket(cara, "c"), row.pk, new_id(), 0)
        if became == "ended":
            do(actions.end, cara, row.pk)
        moved = times.move(row, at(15), sam)
        assert selectors.fetch(ada.actor, row.pk).room.state is State.PLANNED
        tasks.scan()
        assert Visit.objects.get().state == "planned"
        assert not Seat.objects.exists()
        assert not Attendance.objects.filter(to_at=None).exists()
    with just_before(moved):
        given = at_socket(ada, "a"), row.pk, new_id(), 0
        assert isinstance(refusal_of(actions.join, *given, command_id=new_id()), NotNow)
        do(actions.arrive, ada, row.pk)
        assert do(actions.admit, cara, row.pk) == {"state": "admitted"}


def test_who_held_a_visit_before_sits_there_no_more(times, kind, cast, ada, cara, sam):
    times.hours(cast.dov)
    door.run(offer_type, sam.actor, cast.dov.id, kind.pk, command_id=new_id())
    row = times.book(kind, at(10))
    with just_before(row):
        do(actions.arrive, ada, row.pk)
        do(actions.admit, cara, row.pk)
        do(actions.join, at_socket(cara, "c"), row.pk, new_id(), 0)
        moved = times.move(row, at(15), sam, clinician_id=cast.dov.id)
    with just_before(moved):
        do(actions.arrive, ada, row.pk)
        door.run(actions.keep_seats, KEEPER, ["c"])
        do(actions.admit, cast.dov, row.pk)
        do(actions.join, at_socket(cast.dov, "d"), row.pk, new_id(), 0)
        assert Seat.objects.get().person_id == cast.dov.id
