"""A visit follows its appointment: booked, moved, cancelled, and never for what is only held."""

from datetime import timedelta

import pytest

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from scheduling.visits import actions, selectors, tasks
from scheduling.visits.errors import AlreadyOver, NotOpenYet
from scheduling.visits.models import Visit
from scheduling.visits.states import State
from tests.patients.evidence import refusal_of
from tests.scheduling.visits.world import do
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
