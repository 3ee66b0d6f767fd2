"""Lists of threads: what each line says, the one entry of a look, and page after page."""

from uuid import UUID

import pytest

from messaging import actions, readings
from messaging.models import Thread
from messaging.selectors import Cursor, Show
from patients import actions as patients
from portal.audit.models import Entry
from portal.kernel import clock, door
from portal.kernel.errors import BadInput
from tests.cast import WORK, Cast
from tests.harness.canary import STEM
from tests.harness.growth import assert_flat
from tests.patients.evidence import n_entries, newest

pytestmark = pytest.mark.feature("M1", "A1")


def lines(cast: Cast, key: str, show: Show = Show.ALL) -> list[readings.ThreadLine]:
    """What this person's list shows."""
    return readings.inbox(cast.people[key].actor, show=show).threads


def test_a_list_shows_the_newest_message_of_each_thread(world, cast, thread, ada, cara):
    other = world.thread(topic=f"Second {STEM}")
    world.reply(thread, f"Take it  with\nwater {STEM}", by=cara)

    found = lines(cast, "ada")

    assert [line.id for line in found] == [thread, other]
    assert found[0].snippet == f"Take it with water {STEM}"
    assert found[0].last_author.startswith("Dr Cara")
    assert (found[0].state, found[1].state) == ("answered", "waiting")
    assert (found[0].last_is_mine, found[1].last_is_mine) == (False, True)
    assert found[1].topic == f"Second {STEM}"


def test_a_list_leaves_one_entry_that_names_every_patient(world, cast, thread, ben, cara):
    door.run(patients.add_to_care_team, WORK, cast.ben_record, cara.id)
    world.thread(ben, patient=cast.ben_record)
    before = n_entries()

    found = lines(cast, "cara")

    assert len(found) == 2
    assert n_entries() == before + 1
    for record in (cast.ada_record, cast.ben_record):
        assert newest(record)[0] == "inbox.read"
    entry = Entry.objects.get(event="inbox.read")
    assert entry.mentions.count() == 2
    assert entry.patient is None


def test_an_empty_list_reads_nothing_and_leaves_no_entry(cast):
    before = n_entries()

    assert lines(cast, "ada") == []
    assert n_entries() == before


@pytest.mark.feature("M7")
def test_new_is_what_others_wrote_since_the_mark(world, cast, thread, ada, cara):
    def unread(key: str) -> int:
        return lines(cast, key)[0].unread

    assert (unread("ada"), unread("cara")) == (0, 1)
    world.reply(thread, by=cara)
    world.reply(thread, by=cara)
    assert (unread("ada"), unread("cara")) == (2, 1)

    door.run(actions.mark_read, ada.actor, thread, 2)
    door.run(actions.mark_read, cara.actor, thread, 3)

    assert (unread("ada"), unread("cara")) == (1, 0)


def test_only_the_newest_99_are_counted(world, cast, thread, cara):
    for _ in range(105):
        world.reply(thread, by=cast.ada)

    assert lines(cast, "cara")[0].unread == 99


def test_lists_show_open_closed_or_all(world, cast, thread):
    other = world.thread()
    world.close(other)

    assert [line.id for line in lines(cast, "ada", Show.OPEN)] == [thread]
    assert [line.id for line in lines(cast, "ada", Show.CLOSED)] == [other]
    assert {line.id for line in lines(cast, "ada", Show.ALL)} == {thread, other}


def test_a_long_list_comes_in_pages_and_misses_nobody(world, cast, ada):
    begun = {world.thread() for _ in range(45)}
    seen: list[UUID] = []
    cursor = ""
    for _ in range(3):
        before = Cursor.parse(cursor) if cursor else None
        page = readings.inbox(ada.actor, show=Show.ALL, before=before)
        seen += [line.id for line in page.threads]
        cursor = page.older_cursor

    assert cursor == ""
    assert len(seen) == 45
    assert {*seen} == begun


def test_threads_that_changed_at_the_same_instant_come_in_one_order(world, cast, ada):
    with clock.frozen(clock.now()):
        begun = {world.thread() for _ in range(25)}

    first = readings.inbox(ada.actor, show=Show.ALL)
    second = readings.inbox(ada.actor, show=Show.ALL, before=Cursor.parse(first.older_cursor))

    assert len({line.id for line in [*first.threads, *second.threads]} & begun) == 25


@pytest.mark.parametrize(
    "text",
    ["x", "1.2", ".", "1.", "-5." + "0" * 32, "9" * 30 + "." + "0" * 32, "٣." + "0" * 32, "1" * 99],
)
def test_a_cursor_that_nobody_made_is_refused(text):
    with pytest.raises(BadInput):
        Cursor.parse(text)


def test_a_cursor_reads_back_as_it_was_written(thread):
    row = Thread.objects.get(pk=thread)
    cursor = Cursor(row.changed_at, row.pk)

    assert Cursor.parse(str(cursor)) == cursor


def test_the_first_page_of_staff_shows_who_waits_longest(world, cast, thread, cara):
    other = world.thread()
    answered = world.thread()
    world.reply(answered, by=cara)

    card = readings.home_card(cara.actor)

    assert [line.id for line in card["waiting"]] == [thread, other]
    assert card["n_waiting"] == 2
    assert card["oldest_at"] == Thread.objects.get(pk=thread).waiting_since


def test_the_first_page_of_patients_shows_what_is_new(world, cast, ada, cara):
    threads = [world.thread() for _ in range(5)]
    world.reply(threads[0], by=cara)

    card = readings.home_card(ada.actor)

    assert [line.id for line in card["threads"]] == [threads[0], threads[4], threads[3]]
    assert [line.id for line in card["unread_threads"]] == [threads[0]]


@pytest.mark.parametrize("key", ["ada", "cara"])
def test_a_list_costs_the_same_however_many_threads_there_are(world, cast, key):
    actor = cast.people[key].actor
    world.thread()

    def grow() -> None:
        for _ in range(15):
            world.thread(replies=1)

    assert_flat(lambda: readings.inbox(actor, show=Show.ALL), grow=grow)
    assert_flat(lambda: readings.home_card(actor), grow=grow)
