"""A thread as it goes on: what a view brings, the entries around it, and what it costs."""

import json

import pytest

from messaging import readings
from messaging.readings import ThreadTopic
from patients import actions as patients
from portal.kernel import door
from portal.kernel.errors import NotFound
from tests.cast import WORK
from tests.harness.growth import queries_of
from tests.patients.evidence import BOTH, n_entries, newest

pytestmark = pytest.mark.feature("M5")


def test_the_topic_carries_what_the_page_shows(world, thread, ada, cara, pia):
    world.reply(thread, by=cara)
    world.reply(thread, by=pia)
    world.close(thread)

    page = readings.read_thread(ada.actor, thread)
    opening = ThreadTopic().open(ada.actor, thread, 0)

    assert [line.as_item() for line in page.lines] == list(opening.first.items)
    assert opening.first.last == 4
    assert opening.groups == [f"thread.{thread.hex}"]
    assert json.loads(json.dumps(opening.first.items)) == opening.first.items


def test_a_view_leaves_an_entry_when_it_opens_and_when_it_closes_and_none_between(
    world, cast, thread, ada
):
    topic = ThreadTopic()
    opening = topic.open(ada.actor, thread, 1)
    assert newest(cast.ada_record)[0] == "thread.followed"
    assert newest(cast.ada_record)[1]["first"] == 2
    world.reply(thread)
    before = n_entries()

    more = topic.more(ada.actor, thread, 1, opening.view)
    assert [item["sequence"] for item in more.items] == [2]
    assert n_entries() == before

    topic.close(ada.actor, thread, 2, opening.view)
    event, details = newest(cast.ada_record)
    assert (event, details["last"]) == ("thread.left", 2)


def test_the_entries_say_what_was_shown_whatever_the_page_says_that_it_has(
    world, cast, thread, ada
):
    topic, beyond = ThreadTopic(), 2**53 - 1
    world.reply(thread)

    opening = topic.open(ada.actor, thread, beyond)
    assert (opening.first.items, opening.first.last) == ([], beyond)
    assert newest(cast.ada_record)[1]["first"] == 3

    assert topic.more(ada.actor, thread, beyond, opening.view).items == []
    topic.close(ada.actor, thread, beyond, opening.view)
    assert newest(cast.ada_record)[1]["last"] == 2


def test_what_a_view_shows_ends_with_the_right(world, cast, thread, cara):
    from patients.models import CareTeamMember

    topic = ThreadTopic()
    view = topic.open(cara.actor, thread, 0).view
    link = CareTeamMember.objects.get(person=cara.id)
    door.run(patients.end_care_team, WORK, link.pk)
    world.reply(thread, by=cast.ada)

    with pytest.raises(NotFound):
        topic.more(cara.actor, thread, 1, view)


def test_a_long_absence_is_made_good_in_pieces(world, thread, ada):
    for _ in range(230):
        world.reply(thread, by=ada)
    topic = ThreadTopic()
    opening = topic.open(ada.actor, thread, 0)

    pieces = [opening.first]
    while pieces[-1].more:
        pieces.append(topic.more(ada.actor, thread, pieces[-1].last, opening.view))

    assert [len(piece.items) for piece in pieces] == [100, 100, 31]
    sequences = [item["sequence"] for piece in pieces for item in piece.items]
    assert sequences == [*range(1, 232)]


@pytest.mark.django_db(databases=BOTH, transaction=True)
def test_a_delivery_is_one_statement(world, ada, cara):
    topic, thread = ThreadTopic(), world.thread()
    view = topic.open(ada.actor, thread, 0).view
    world.reply(thread, by=cara)
    topic.more(ada.actor, thread, 1, view)
    world.reply(thread, by=cara)

    assert len(queries_of(lambda: topic.more(ada.actor, thread, 2, view))) == 1
