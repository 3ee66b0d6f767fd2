"""The demo's video visits: soon after every start, and never twice."""

from datetime import timedelta

import pytest

from patients.ports import DemoClinic
from portal.kernel import clock
from scheduling.models import Appointment
from scheduling.visits import actions
from scheduling.visits.management.scene import play
from tests.scheduling.visits.world import do

pytestmark = pytest.mark.feature("V1")


@pytest.fixture
def clinic(cast) -> DemoClinic:
    """The cast in the parts of the demo's people."""
    people = {"becker": cast.sam.id, "okafor": cast.cara.id}
    return DemoClinic(people, {"ada": cast.ada_record, "imani": cast.ben_record})


def test_visits_begin_soon_and_their_door_is_open(clinic, ada, ben):
    play(clinic)

    rows = list(Appointment.objects.order_by("starts_at"))
    ahead = [(row.starts_at - clock.now()) / timedelta(minutes=1) for row in rows]
    assert len(rows) == 3
    assert 10 <= ahead[0] <= 15.1
    assert do(actions.arrive, ada, rows[0].pk) == {"state": "waiting"}


def test_a_second_start_adds_nothing_and_one_on_another_day_does(clinic):
    play(clinic)
    play(clinic)
    assert Appointment.objects.count() == 3

    with clock.moved(by=timedelta(days=1, hours=9)):
        play(clinic)
    assert Appointment.objects.count() == 6


def test_a_clinic_without_these_people_has_no_visits(cast):
    play(DemoClinic({}, {"ada": cast.ada_record}))

    assert not Appointment.objects.exists()
