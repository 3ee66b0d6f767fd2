"""The queue: who waits longest comes first, each list has its own, and news shows itself."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from messaging import actions, readings
from messaging.readings import InboxTopic
from messaging.selectors import Cursor, Queue
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.cast import Someone, a_team, browser
from tests.harness.growth import assert_flat, queries_of
from tests.harness.live import live
from tests.messaging.forms import THREADS
from tests.patients.evidence import BOTH, n_entries, newest

pytestmark = pytest.mark.feature("M3")


def ids(someone: Someone, queue: Queue) -> list[UUID]:
    """The threads of this list."""
    return [line.id for line in readings.desk(someone.actor, queue).threads]


def test_each_list_has_its_own_and_the_numbers_agree(world, cast, cara):
    first, second, third, fourth = (world.thread() for _ in range(4))
    world.claim(second)
    world.reply(third)
    world.close(fourth)

    assert ids(cara, Queue.OPEN) == [first, second]
    assert ids(cara, Queue.UNCLAIMED) == [first]
    assert ids(cara, Queue.MINE) == [second]
    assert ids(cara, Queue.ANSWERED) == [third]
    assert ids(cara, Queue.CLOSED) == [fourth]
    page = readings.desk(cara.actor, Queue.OPEN)
    assert [tab.n for tab in page.tabs] == [2, 1, 1, 0, None, None]


def test_what_was_answered_stays_with_whoever_has_it_until_it_is_done(world, cast, cara):
    thread = world.thread()
    world.claim(thread)
    world.reply(thread)

    assert ids(cara, Queue.MINE) == [thread]
    door.run(actions.resolve, cara.actor, thread, command_id=new_id())
    assert ids(cara, Queue.MINE) == []


def test_a_look_names_the_patients_and_unseals_no_more_than_it_shows(world, cast, cara):
    for _ in range(3):
        world.thread()
    before = n_entries()

    page = readings.desk(cara.actor, Queue.OPEN, limit=2)

    assert (len(page.threads), page.n_more) == (2, 1)
    assert n_entries() == before + 1
    assert newest(cast.ada_record)[1]["threads"] == 2


def test_a_name_finds_its_threads(world, cast, cara, sam):
    world.thread(team=cast.desk)
    bens = world.thread(cast.ben, patient=cast.ben_record)

    page = readings.desk(sam.actor, Queue.OPEN, name="BEN")

    assert [line.id for line in page.threads] == [bens]
    shown = browser(sam).get(f"{THREADS}?show=open&name=nobody").content.decode()
    assert "Nobody of that name" in shown


def test_what_was_answered_comes_page_by_page(world, cara):
    threads = {world.thread(cara) for _ in range(12)}

    first = readings.desk(cara.actor, Queue.ANSWERED, limit=8)
    rest = readings.desk(
        cara.actor, Queue.ANSWERED, limit=8, before=Cursor.parse(first.older_cursor)
    )

    assert {line.id for line in [*first.threads, *rest.threads]} == threads
    assert rest.older_cursor == ""


def test_the_list_costs_the_same_however_much_waits(world, cast, cara):
    team = a_team("nursing team", cara)
    world.thread()

    def grow() -> None:
        for _ in range(10):
            world.note(world.thread(team=team))

    assert_flat(lambda: readings.desk(cara.actor, Queue.OPEN), grow=grow)


def test_the_page_of_a_thread_costs_the_same_however_much_stands_beside_it(world, thread, cara):
    world.note(thread)

    def grow() -> None:
        for _ in range(10):
            world.note(thread)

    assert_flat(lambda: readings.read_thread(cara.actor, thread), grow=grow)


@pytest.mark.django_db(databases=BOTH, transaction=True)
def test_sending_costs_not_one_statement_more_for_teams_and_queues(world, ada, cara):
    thread = world.thread()
    world.reply(thread, by=ada)
    alone = len(queries_of(lambda: world.reply(thread, by=ada)))
    a_team("nursing team", cara)
    world.claim(thread)
    for _ in range(3):
        world.note(thread)

    assert len(queries_of(lambda: world.reply(thread, by=ada))) == alone
    assert len(queries_of(lambda: world.reply(thread, by=cara))) == alone


def test_own_threads_of_staff_are_no_work_of_theirs(world, cast, cara):
    from patients import actions as patients
    from tests.cast import WORK, register

    record = register(cast.cara)
    door.run(patients.add_to_care_team, WORK, record, cast.dov.id)
    own = world.thread(cast.cara, patient=record)

    assert own not in ids(cara, Queue.OPEN)
    assert own in ids(cast.dov, Queue.OPEN)
    page = browser(cara).get(f"{THREADS}?show=all").content.decode()
    assert str(own) in page


def test_the_topic_tells_numbers_and_ids_and_no_words(world, cast, thread, cara):
    before = n_entries()

    opening = InboxTopic().open(cara.actor, cara.id, 0)

    (told,) = opening.first.items
    assert told["counts"] == {"open": 1, "unclaimed": 1, "mine": 0, "asked": 0}
    assert told["fresh"] == [str(thread)]
    assert told.keys() == {"sequence", "counts", "fresh"}
    assert n_entries() == before
    again = InboxTopic().more(cara.actor, cara.id, opening.first.last, opening.view)
    assert again.items == []


@pytest.mark.django_db(transaction=True, databases=BOTH)
async def test_a_question_and_a_claim_are_told_to_whoever_watches_the_queue(world):
    cast = world.cast
    thread = await asyncio.to_thread(world.thread)
    topic = f"inbox.{cast.cara.id.hex}"
    async with live(cast.cara) as cara:
        await cara.follow(topic, after=1)
        await until(cara, topic, open=1)

        second = await asyncio.to_thread(world.thread)
        await until(cara, topic, fresh=second, open=2)
        await cara.do("messaging.claim", thread=thread)
        await until(cara, topic, mine=1, unclaimed=1)
        await asyncio.to_thread(world.reply, thread)
        await until(cara, topic, open=1)


async def until(page, topic: str, *, fresh: UUID | None = None, **counts: int) -> None:
    """The numbers have become these, and this thread was told as one that came to wait."""
    told: dict[str, Any] = {"counts": {}}
    came: set[str] = set()
    while not (counts.items() <= told["counts"].items() and (fresh is None or str(fresh) in came)):
        for told in (await page.hear("items", topic=topic))["items"]:
            came |= {*told["fresh"]}
