"""Who was there, in which role, from when to when: kept as it was, and shown afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from portal.kernel import clock, door
from portal.kernel.ids import new_id
from scheduling.visits import actions
from scheduling.visits.errors import NotNow
from scheduling.visits.models import Attendance, Seat
from scheduling.visits.readings import exported, room_page
from scheduling.visits.sockets import KEEPER
from tests.patients.evidence import refusal_of
from tests.scheduling.visits.world import admitted, at_socket, do, waiting

pytestmark = pytest.mark.feature("V13")


@contextmanager
def later(**by: float) -> Iterator[None]:
    """So much later; those who sat then sit still."""
    with clock.moved(by=timedelta(**by)):
        door.run(actions.keep_seats, KEEPER, ["ada", "pia", "cara"])
        yield


def join(someone, visit, device=None):
    """They take their seat, on this device."""
    do(actions.join, at_socket(someone, someone.key), visit, device or uuid4(), 0)


def leave(someone, visit):
    """They leave."""
    do(actions.leave, at_socket(someone, someone.key), visit)


def test_each_stretch_is_kept_by_person_and_role(world, cast, ada, pia, cara):
    visit, start = admitted(world), clock.now()
    join(ada, visit)
    with later(minutes=1):
        join(cara, visit)
    with later(minutes=2):
        join(ada, visit)  # on another device: no new stretch
    with later(minutes=3):
        leave(ada, visit)
        do(actions.send_back, cara, visit)
        do(actions.admit, cara, visit)
        join(pia, visit)
    with later(minutes=3, seconds=20):
        join(cara, visit)
        do(actions.end, cara, visit)

    rows = Attendance.objects.order_by("from_at", "pk")
    told = [(row.role, minutes(start, row.from_at), minutes(start, row.to_at)) for row in rows]
    assert told == [
        ("patient", 0, 3),
        ("clinician", 1, 3),
        ("proxy", 3, 3),
        ("clinician", 3, 3),
    ]
    for someone in (ada, cara):
        shown = room_page(someone.actor, visit).attendance
        assert [line.role for line in shown] == ["patient", "clinician", "proxy", "clinician"]
        assert shown[1].name.startswith("Dr Cara")
        assert all(line.name and line.to_at for line in shown)
    assert len(exported(cast.ada_record)["visits"][0]["attendance"]) == 4


def test_whoever_only_waited_was_not_there(world, ada, cara):
    visit = admitted(world)
    do(actions.send_back, cara, visit)
    join(ada, visit)
    do(actions.decline, cara, visit, "other")

    assert room_page(ada.actor, visit).attendance == []


def minutes(start, at) -> int:
    """How many minutes later."""
    return int((at - start) / timedelta(minutes=1))


@pytest.mark.parametrize("scene", [admitted, waiting])
def test_nobody_gives_up_a_seat_in_which_somebody_else_sits(world, ada, pia, scene):
    visit = scene(world)
    join(ada, visit)

    refused = refusal_of(actions.leave, pia.actor, visit, command_id=new_id())

    assert isinstance(refused, NotNow)
    assert Seat.objects.get().is_left is False
    leave(ada, visit)
