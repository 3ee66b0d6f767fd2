"""Many at once: one visit, one person in a seat, each frame once. Both engines."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from scheduling.visits import actions
from scheduling.visits.errors import SeatIsTaken
from scheduling.visits.frames import parse
from scheduling.visits.models import Attendance, Frame, Seat, Visit
from tests.harness.write_guard import guard
from tests.messaging.test_races import at_once
from tests.patients.evidence import BOTH, events
from tests.scheduling.visits.world import admitted, at_socket, do, video_visit, waiting

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.races,
    pytest.mark.feature("V1", "V7", "V13"),
]


def test_twenty_who_arrive_at_once_come_to_one_visit(world, cast):
    visit = video_visit(world)
    people = [cast.ada, cast.pia] * 10

    told = at_once(lambda someone: do(actions.arrive, someone, visit), people)

    assert told == [{"state": "waiting"}] * 20
    assert Visit.objects.count() == 1
    assert events(cast.ada_record).count("visit.arrived") == 1


def test_twenty_who_join_at_once_are_never_two_people_in_a_seat(world, cast):
    visit = admitted(world)
    pages = [(cast.ada, f"a{n}") for n in range(10)] + [(cast.pia, f"p{n}") for n in range(10)]

    def join(page):
        someone, socket = page
        return do(actions.join, at_socket(someone, socket), visit, uuid4(), 0)

    told = at_once(join, pages)

    let_in = {key.key for (key, _), one in zip(pages, told, strict=True) if isinstance(one, dict)}
    refused = [one for one in told if isinstance(one, Refusal)]
    assert len(let_in) == 1
    assert len(refused) == 10
    assert all(isinstance(one, SeatIsTaken) for one in refused)
    (seat,) = Seat.objects.all()
    newest = max((one for one in told if isinstance(one, dict)), key=lambda one: one["epoch"])
    assert str(seat.token) == newest["seat"]
    assert Visit.objects.get().epoch == newest["epoch"]
    assert Attendance.objects.filter(to_at=None).count() == 1


def test_let_in_and_declined_at_once_is_one_of_both(world, cara):
    visit = waiting(world)

    told = at_once(
        lambda step: do(step[0], cara, visit, *step[1:]),
        [(actions.admit,), (actions.decline, "other"), (actions.end,)] * 4,
    )

    done = [one for one in told if isinstance(one, dict)]
    state = Visit.objects.get().state
    assert done
    assert state in {"missed", "ended", "admitted"}
    assert {one["state"] for one in done} in ({"missed"}, {"admitted", "ended"}, {"admitted"})


def test_a_frame_sent_by_many_at_once_passes_once(world, cast):
    visit = admitted(world)
    for someone in (cast.ada, cast.cara):
        told = do(actions.join, at_socket(someone, someone.key), visit, uuid4(), 0)
    seat = Seat.objects.get(side="clinic")
    actor, frame = at_socket(cast.cara, "cara"), parse({"kind": "restart"})

    def say(number):
        given = visit, seat.token, told["epoch"], number % 5 + 1, frame
        return door.run_grouped(visit.hex, actions.signal, actor, *given, command_id=new_id())

    at_once(say, range(40))

    rows = list(Frame.objects.order_by("sequence").values_list("number", flat=True))
    assert sorted(rows) == [1, 2, 3, 4, 5]


def test_the_database_itself_keeps_two_out_of_one_seat(world, cast):
    visit = admitted(world)
    do(actions.join, at_socket(cast.ada, "a"), visit, uuid4(), 0)
    row = Seat.objects.get()
    row.pk, row.person_id = None, cast.pia.id

    off = guard.off("a row that no action makes")
    with off, pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
