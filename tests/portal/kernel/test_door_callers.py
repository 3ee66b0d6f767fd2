"""Who stands at the write door: nobody twice, nobody for ever, and everybody in order."""

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from portal.kernel import door
from portal.kernel.actor import Actor
from tests.portal.kernel.beads import (
    SOON,
    US,
    Gate,
    string,
    strung,
    together,
)

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("beads")]


def test_a_door_behind_the_door_is_refused():
    def again(actor: Actor) -> int:
        return door.run(string, actor, 1)

    def grouped(actor: Actor) -> int:
        return door.run_grouped("", string, actor, 1)

    for action in (again, grouped):
        with pytest.raises(door.DoorNested):
            door.run(action, US)
    assert strung() == []


def test_a_hook_on_the_writing_thread_cannot_wait_for_itself():
    refused: list[str] = []

    def hook() -> None:
        try:
            door.run_grouped("", string, US, 2)
        except RuntimeError as error:
            refused.append(str(error))

    def action(actor: Actor) -> None:
        string(actor, 1)
        transaction.on_commit(hook)

    door.run_grouped("", action, US)

    assert len(refused) == 1


def test_the_door_opens_the_transaction_and_nobody_else(settings):
    settings.DOOR_INLINE = False

    with transaction.atomic(), pytest.raises(door.DoorNested):
        door.run(string, US, 1)


def test_nothing_is_deferred_outside_of_an_action():
    assert not door.inside()

    with pytest.raises(door.DoorClosed):
        door.defer(print, 1)


def test_two_hundred_threads_all_get_their_own_answer():
    def ask(number: int) -> int:
        try:
            if number % 2:
                return door.run(string, US, number)
            return door.run_grouped(str(number % 5), string, US, number)
        finally:
            connection.close()

    with ThreadPoolExecutor(200) as threads:
        answers = list(threads.map(ask, range(200)))

    assert answers == list(range(200))
    assert strung() == list(range(200))


async def test_what_queues_during_a_commit_shares_the_next():
    before = door._grouper.groups

    await together(*((string, number) for number in range(50)))

    assert door._grouper.groups - before == 2


async def test_a_caller_who_gives_up_while_queued_is_left_out():
    gate = Gate()
    first = asyncio.ensure_future(door.arun_grouped("", gate.wait, US))
    await asyncio.to_thread(gate.reached.wait, SOON)
    given_up = asyncio.ensure_future(door.arun_grouped("", string, US, 1))
    stayed = asyncio.ensure_future(door.arun_grouped("", string, US, 2))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.sleep(0)
    gate.opened.set()

    assert await stayed == 2
    await first
    assert await asyncio.to_thread(strung) == [2]


async def test_a_caller_who_gives_up_too_late_stops_nobody():
    slow = Gate()

    def string_slowly(actor: Actor) -> None:
        string(actor, 1)
        slow.wait(actor)

    waiting = asyncio.ensure_future(door.arun_grouped("", string_slowly, US))
    await asyncio.to_thread(slow.reached.wait, SOON)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    slow.opened.set()

    assert await door.arun_grouped("", string, US, 2) == 2
    assert await asyncio.to_thread(strung) == [1, 2]


async def test_actions_of_one_order_are_carried_out_in_the_order_of_asking():
    done: list[str] = []

    def note(_: Actor, word: str) -> None:
        done.append(word)

    await together(
        (note, "b1"), (note, "a1"), (note, "b2"), (note, "a2"), order=["b", "a", "b", "a"]
    )

    assert done == ["a1", "a2", "b1", "b2"]


def test_whoever_asks_while_the_door_closes_is_still_answered():
    closing = threading.Event()

    def ask(start: int) -> int:
        try:
            return sum(door.run_grouped("", string, US, start + n) >= 0 for n in range(40))
        finally:
            connection.close()

    def close_often() -> None:
        while not closing.wait(0.001):
            door.close()

    closer = threading.Thread(target=close_often)
    closer.start()
    with ThreadPoolExecutor(4) as threads:
        answered = sum(threads.map(ask, (0, 1000, 2000, 3000)))
    closing.set()
    closer.join()

    assert answered == len(strung()) == 160


def test_the_door_opens_again_after_it_was_closed():
    door.run_grouped("", string, US, 1)
    door.close()

    assert door.run_grouped("", string, US, 2) == 2


def test_a_broken_connection_is_mended_before_the_next_action():
    door.run_grouped("", string, US, 1)

    def break_the_line(actor: Actor) -> None:
        connection.connection.close()
        string(actor, 3)

    with pytest.raises(DatabaseError):
        door.run_grouped("", break_the_line, US)

    assert door.run_grouped("", string, US, 2) == 2
