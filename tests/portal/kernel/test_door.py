"""The write door: durable before it answers; a refusal takes only itself back; nobody hangs."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from portal.kernel import door, group
from portal.kernel.actor import Actor
from tests.portal.kernel.beads import (
    SOON,
    US,
    Gate,
    NoSuchBead,
    elsewhere,
    kinds,
    string,
    string_and_refuse,
    string_and_tell,
    string_badly,
    string_for,
    strung,
    together,
)

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("beads")]


def test_the_result_comes_once_everybody_can_see_the_row():
    assert door.run(string, US, 1) == 1

    assert elsewhere() == [1]


def test_a_refusal_passes_through_and_takes_its_writes_back():
    with pytest.raises(NoSuchBead):
        door.run(string_and_refuse, US, 1)

    assert elsewhere() == []


async def test_a_neighbour_in_the_group_is_told_only_after_the_commit_of_all():
    gate, slow = Gate(), Gate()
    first = asyncio.ensure_future(door.arun_grouped("", gate.wait, US))
    await asyncio.to_thread(gate.reached.wait, SOON)
    quick = asyncio.ensure_future(door.arun_grouped("", string, US, 1))
    behind = asyncio.ensure_future(door.arun_grouped("", slow.wait, US))
    await asyncio.sleep(0)
    gate.opened.set()
    await asyncio.to_thread(slow.reached.wait, SOON)

    assert not quick.done()
    assert await asyncio.to_thread(elsewhere) == []

    slow.opened.set()
    await asyncio.gather(first, quick, behind)
    assert await asyncio.to_thread(elsewhere) == [1]


async def test_a_refusing_action_takes_only_itself_back():
    outcomes = await together((string, 1), (string_and_refuse, 2), (string, 3))

    assert kinds(outcomes) == [1, NoSuchBead, 3]
    assert await asyncio.to_thread(strung) == [1, 3]


async def test_without_its_savepoint_a_refusal_would_leave_its_row(monkeypatch):
    def bare(_: Any, call: Any, unit: Any) -> Any:
        try:
            return call, call.carry_out(), None
        except NoSuchBead as refusal:
            return call, None, refusal

    monkeypatch.setattr(group.Grouper, "_one", bare)

    await together((string, 1), (string_and_refuse, 2), (string, 3))

    assert await asyncio.to_thread(strung) == [1, 2, 3]


async def test_a_database_error_in_one_action_is_no_harm_to_the_others():
    outcomes = await together((string, 1), (string, 1), (string, 3))

    assert kinds(outcomes) == [1, IntegrityError, 3]
    assert await asyncio.to_thread(strung) == [1, 3]


async def test_a_group_whose_commit_fails_is_replayed_and_the_culprit_fails_alone():
    outcomes = await together((string, 1), (string_badly, 2), (string, 3))

    assert kinds(outcomes) == [1, IntegrityError, 3]
    assert await asyncio.to_thread(strung) == [1, 3]


async def test_a_group_whose_batcher_fails_is_replayed_and_the_culprit_fails_alone():
    batches: list[list[int]] = []

    def batcher(numbers: Sequence[int]) -> None:
        if 2 in numbers:
            raise ValueError("no twos")
        batches.append(list(numbers))

    outcomes = await together(
        (string_for, 1, batcher), (string_for, 2, batcher), (string_for, 3, batcher)
    )

    assert kinds(outcomes) == [1, ValueError, 3]
    assert batches == [[1], [3]]
    assert await asyncio.to_thread(strung) == [1, 3]


async def test_a_batcher_gets_the_items_of_the_survivors_once_and_in_order():
    batches: list[list[int]] = []

    def batcher(numbers: Sequence[int]) -> None:
        batches.append(list(numbers))

    def refused(actor: Actor, number: int) -> int:
        return string_for(actor, number, batcher, refuse=True)

    await together(
        (string_for, 3, batcher), (refused, 2), (string_for, 1, batcher), (string_for, 4, batcher)
    )

    assert batches == [[3, 1, 4]]


def test_a_batcher_runs_inside_the_transaction():
    def batcher(numbers: Sequence[int]) -> None:
        assert connection.in_atomic_block
        string(US, 10 * numbers[0])

    door.run(string_for, US, 1, batcher)

    assert strung() == [1, 10]


async def test_hooks_fire_after_the_commit_of_the_whole_group():
    seen: list[list[int]] = []

    await together((string_and_tell, 1, seen.append), (string, 2), (string, 3))

    assert seen == [[1, 2, 3]]


async def test_the_hook_of_a_refused_action_never_fires():
    seen: list[int] = []

    def told_and_refused(actor: Actor) -> None:
        transaction.on_commit(lambda: seen.append(1))
        string_and_refuse(actor, 1)

    await together((string, 2), (told_and_refused,), (string, 3))

    assert seen == []


async def test_a_hook_that_fails_takes_no_answer_away():
    def told_badly(actor: Actor, number: int) -> int:
        transaction.on_commit(lambda: 1 / 0)
        return string(actor, number)

    outcomes = await together((string, 1), (told_badly, 2), (string, 3))
    alone = await door.arun(told_badly, US, 4)

    assert [*outcomes, alone] == [1, 2, 3, 4]
    assert await asyncio.to_thread(strung) == [1, 2, 3, 4]


async def test_an_action_whose_hook_fails_is_not_done_again():
    done: list[int] = []

    def locked_out() -> None:
        raise OperationalError("database is locked")

    def told_badly(actor: Actor) -> None:
        done.append(1)
        transaction.on_commit(locked_out)

    await door.arun(told_badly, US)

    assert done == [1]


async def test_even_an_exit_fails_only_who_asked_for_it():
    def leave(actor: Actor) -> None:
        string(actor, 2)
        raise SystemExit(78)

    outcomes = await together((string, 1), (leave,), (string, 3))

    assert kinds(outcomes) == [1, RuntimeError, 3]
    assert await asyncio.to_thread(strung) == [1, 3]
    assert await door.arun(string, US, 4) == 4
