"""Many at once: a command is carried out once, a thread's sequence has no gap. Both engines."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import F

from messaging import actions, selectors
from messaging.actions import items as items_
from messaging.errors import CommandReused, ThreadClosed
from messaging.models import Message, Thread
from portal.crypto.models import DataKey
from portal.kernel import door
from portal.kernel.actor import Actor
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from tests.cast import browser
from tests.harness.canary import spoken
from tests.harness.write_guard import guard
from tests.messaging.forms import WRITE, at, fields_of
from tests.patients.evidence import BOTH, events

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.races,
    pytest.mark.feature("M5"),
]


def at_once(work: Callable[[Any], Any], given: Iterable[Any], *, threads: int = 16) -> list[Any]:
    """The results of the work on each, many at a time; a refusal is a result, too."""

    def one(item: Any) -> Any:
        try:
            return work(item)
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, given))


def grouped(action: Any, actor: Actor, thread: UUID, *args: Any, **kwargs: Any) -> Any:
    """The action, sharing its commit with whatever else waits."""
    return door.run_grouped(thread.hex, action, actor, thread, *args, **kwargs)


def alone(action: Any, actor: Actor, thread: UUID, *args: Any, **kwargs: Any) -> Any:
    """The action in a transaction of its own, where the engine allows it."""
    return door.run(action, actor, thread, *args, **kwargs)


@contextmanager
def refused_by_the_database() -> Iterator[None]:
    """A row that no action makes is not taken."""
    off = guard.off("a row that no action makes")
    with off, pytest.raises(IntegrityError), transaction.atomic():
        yield


def sequences(thread: UUID) -> list[int]:
    """The sequences of a thread, in order."""
    found = Message.objects.filter(thread=thread).order_by("sequence")
    return list(found.values_list("sequence", flat=True))


@pytest.mark.parametrize("run", [grouped, alone])
def test_fifty_times_the_same_reply_is_one_message(world, run):
    thread, command, ada = world.thread(), new_id(), world.cast.ada.actor
    text = spoken("Once")

    sent = at_once(lambda _: run(actions.reply, ada, thread, text, command_id=command), range(50))

    assert len({one.message_id for one in sent}) == 1
    assert [one.is_new for one in sent].count(True) == 1
    assert sequences(thread) == [1, 2]
    assert events(world.cast.ada_record).count("message.sent") == 2


def test_fifty_posts_of_one_form_open_one_thread(world):
    page = browser(world.cast.ada)
    given = fields_of(page.get(WRITE), WRITE) | {"topic": spoken("Rash"), "body": spoken("Itches")}

    answers = at_once(lambda _: page.post(WRITE, given), range(50), threads=8)

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer["Location"] for answer in answers}) == 1
    thread = Thread.objects.get()
    assert sequences(thread.pk) == [1]
    assert DataKey.objects.filter(purpose="thread").count() == 1
    assert events(world.cast.ada_record).count("thread.opened") == 1


@pytest.mark.parametrize("run", [grouped, alone])
def test_one_id_for_fifty_texts_sends_one_of_them(world, run):
    thread, command, ada = world.thread(), new_id(), world.cast.ada.actor

    told = at_once(
        lambda n: run(actions.reply, ada, thread, spoken(f"Text {n}"), command_id=command),
        range(50),
    )

    assert sum(isinstance(one, CommandReused) for one in told) == 49
    assert sequences(thread) == [1, 2]


def test_one_id_in_two_threads_is_carried_out_in_one(world):
    threads, ada = [world.thread(), world.thread()], world.cast.ada.actor

    for _ in range(10):
        command = new_id()

        def say(thread: UUID, command: UUID = command) -> Any:
            return alone(actions.reply, ada, thread, spoken("Where?"), command_id=command)

        told = at_once(say, threads * 4)
        assert len({one.message_id for one in told if not isinstance(one, Refusal)}) == 1

    assert sum(len(sequences(thread)) for thread in threads) == 2 + 10


@pytest.mark.parametrize("run", [grouped, alone])
def test_forty_writers_leave_no_gap_in_any_thread(world, run):
    threads = [world.thread() for _ in range(5)]
    writers = [world.cast.ada.actor, world.cast.cara.actor, world.cast.pia.actor]

    def say(n: int) -> Any:
        thread, writer = threads[n % 5], writers[n % 3]
        return run(actions.reply, writer, thread, spoken(f"Line {n}"), command_id=new_id())

    sent = at_once(say, range(200), threads=40)

    assert all(one.is_new for one in sent)
    for thread in threads:
        found = sequences(thread)
        assert found == [*range(1, len(found) + 1)]
        assert Thread.objects.get(pk=thread).sequence == len(found)
    assert sum(len(sequences(thread)) for thread in threads) == 205
    times = Message.objects.filter(thread=threads[0]).order_by("sequence").values_list("sent_at")
    assert list(times) == sorted(times)


def test_replies_and_closings_at_once_leave_nothing_after_a_closing(world):
    thread, ada, cara = world.thread(), world.cast.ada.actor, world.cast.cara.actor

    def act(n: int) -> Any:
        if n % 10 == 5:
            return grouped(actions.close_thread, cara, thread, command_id=new_id())
        if n % 10 == 9:
            return grouped(actions.reopen_thread, ada, thread, command_id=new_id())
        return grouped(actions.reply, ada, thread, spoken(f"Line {n}"), command_id=new_id())

    told = at_once(act, range(100), threads=20)

    kinds = list(
        Message.objects.filter(thread=thread).order_by("sequence").values_list("kind", flat=True)
    )
    assert sequences(thread) == [*range(1, len(kinds) + 1)]
    for before, after in pairwise(kinds):
        assert (before == "closed") is (after == "reopened")
    n_refused = sum(isinstance(one, Refusal) for one in told)
    assert len(kinds) == 1 + 100 - n_refused
    assert any(isinstance(one, ThreadClosed) for one in told) or n_refused == 0


def test_marks_at_once_end_at_the_furthest(world):
    thread, cara = world.thread(replies=30), world.cast.cara.actor

    at_once(lambda n: door.run(actions.mark_read, cara, thread, n), range(31))

    marks = Thread.objects.get(pk=thread).marks
    assert list(marks.values_list("person_id", "upto")) == [(cara.id, 30)]


def test_without_the_lock_two_writers_take_the_same_number(world, monkeypatch):
    """The twin: what the row's lock is for. The constraint then has the last word."""
    thread, ada = world.thread(), world.cast.ada.actor
    held = selectors.lock_thread
    stale: dict[str, Any] = {}

    def unlocked(actor: Actor, thread_id: UUID) -> Any:
        return stale.setdefault("row", held(actor, thread_id))

    monkeypatch.setattr("messaging.selectors.lock_thread", unlocked)

    door.run(actions.reply, ada, thread, spoken("First"), command_id=new_id())
    with pytest.raises(IntegrityError):
        door.run(actions.reply, ada, thread, spoken("Second"), command_id=new_id())

    assert sequences(thread) == [1, 2]


def test_the_database_itself_refuses_a_number_or_a_command_twice(world):
    thread = world.thread(replies=1)
    first = Message.objects.filter(thread=thread).order_by("sequence")[0]
    copies: list[dict[str, Any]] = [
        {"pk": new_id(), "command_id": new_id()},
        {"pk": new_id(), "sequence": 9},
        {"pk": new_id(), "sequence": 0, "command_id": new_id()},
        {"pk": new_id(), "sequence": 9, "command_id": new_id(), "body_sealed": None},
        {"pk": new_id(), "sequence": 9, "command_id": new_id(), "kind": "closed"},
        {"pk": new_id(), "sequence": 9, "command_id": new_id(), "kind": "note"},
    ]

    for copy in copies:
        item = Message.objects.get(pk=first.pk)
        for name, value in copy.items():
            setattr(item, name, value)
        with refused_by_the_database():
            item.save(force_insert=True)
    broken: list[dict[str, Any]] = [
        {"state": "lost"},
        {"state": "closed", "waiting_since": F("changed_at")},
        {"last_message": 99},
    ]
    for columns in broken:
        with refused_by_the_database():
            Thread.objects.filter(pk=thread).update(**columns)


def test_a_reply_and_its_repetition_race_past_the_first_look(world, monkeypatch):
    """Whoever finds the command only when storing it gives its first result."""
    thread, command, ada = world.thread(), new_id(), world.cast.ada.actor
    text = spoken("Once")
    first = door.run(actions.reply, ada, thread, text, command_id=command)
    put = items_.Item.put
    outcomes: list[bool] = []

    def seen(self: items_.Item) -> bool:
        outcomes.append(put(self))
        return outcomes[-1]

    monkeypatch.setattr(items_.Item, "put", seen)
    again = door.run(actions.reply, ada, thread, text, command_id=command)

    assert outcomes == [False]
    assert again.message_id == first.message_id
    assert Thread.objects.get(pk=thread).sequence == 2
    assert Counter(sequences(thread)) == {1: 1, 2: 1}


def test_an_opening_that_comes_second_leaves_no_thread_behind(world, monkeypatch):
    ada, record, command = world.cast.ada.actor, world.cast.ada_record, new_id()
    given = (record, spoken("Rash"), spoken("It itches"))
    first = door.run(actions.open_thread, ada, *given, command_id=command)
    look, looks = items_.Asked.first_result, []

    def blind_at_first(self: items_.Asked, thread_id: UUID | None = None) -> Any:
        looks.append(thread_id)
        return None if len(looks) == 1 else look(self, thread_id)

    monkeypatch.setattr(items_.Asked, "first_result", blind_at_first)
    again = door.run(actions.open_thread, ada, *given, command_id=command)

    assert len(looks) == 2
    assert again.thread_id == first.thread_id
    assert not again.is_new
    assert Thread.objects.count() == Message.objects.count() == 1
    assert DataKey.objects.filter(purpose="thread").count() == 1
    assert at(first.thread_id)
