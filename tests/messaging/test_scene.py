"""The demo's threads: every line once, at its hour, and nothing undone that people did since."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from messaging import actions
from messaging.management.scene import play
from messaging.models import Message, Thread
from patients.ports import DemoClinic, DemoLine, DemoThread
from portal.kernel import clock, door
from portal.kernel.ids import new_id

pytestmark = pytest.mark.django_db(databases=["default", "shred"])


@pytest.fixture
def clinic(cast) -> Iterator[DemoClinic]:
    """Two threads whose lines lie between each other."""
    people = {key: cast.people[key].id for key in ("ada", "cara", "pia")}
    hours = [timedelta(minutes=n) for n in range(50)]
    first = DemoThread(
        "first",
        "ada",
        "Dizzy",
        (DemoLine("ada", "One", hours[40]), DemoLine("cara", "Three", hours[20])),
        closed=True,
    )
    second = DemoThread(
        "second",
        "ada",
        "Tablets",
        (DemoLine("pia", "Two", hours[30]), DemoLine("cara", "Four", hours[10])),
    )
    # Tomorrow, so that everybody's links and roles were there at each of those hours.
    with clock.moved(by=timedelta(days=1)):
        yield DemoClinic(people, {"ada": cast.ada_record}, (first, second))


def rows():
    tables = (Thread, Message)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_the_lines_stand_in_their_threads_in_order_of_time(clinic):
    play(clinic)

    said = Message.objects.filter(kind="message").order_by("pk")
    assert list(said.values_list("author_role", "sequence", "on_behalf")) == [
        ("patient", 1, False),
        ("proxy", 1, True),
        ("clinician", 2, False),
        ("clinician", 2, False),
    ]
    times = list(said.values_list("sent_at", flat=True))
    assert times == sorted(times)
    assert sorted(Thread.objects.values_list("state", flat=True)) == ["closed", "open"]


def test_playing_again_adds_nothing(clinic):
    play(clinic)
    before = rows()

    play(clinic)

    assert rows() == before


def test_what_people_did_since_stays(clinic, cara):
    play(clinic)
    thread = Thread.objects.get(state="closed")
    door.run(actions.reopen_thread, cara.actor, thread.pk, command_id=new_id())
    door.run(actions.reply, cara.actor, thread.pk, "And now?", command_id=new_id())
    before = rows()

    play(clinic)

    assert rows() == before


def test_a_thread_whose_people_have_no_link_is_left_out(clinic, dov):
    stranger = DemoLine("dov", "Hello", timedelta(minutes=5))
    answer = DemoLine("cara", "Who?", timedelta(minutes=4))
    play(
        DemoClinic(
            {**clinic.people, "dov": dov.id},
            clinic.patients,
            (DemoThread("third", "ada", "Hello", (stranger, answer)),),
        )
    )

    assert not Thread.objects.exists()
