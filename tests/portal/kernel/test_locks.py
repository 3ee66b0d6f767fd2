"""PostgreSQL only: what happens when two transactions want the same rows."""

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection

from portal.kernel import door
from portal.kernel.actor import Actor
from portal.kernel.group import Call, Grouper
from tests.portal.kernel.beads import SOON, US, say, string

pytestmark = [
    pytest.mark.races,
    pytest.mark.scaled,
    pytest.mark.usefixtures("beads"),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer"),
]


class Meeting:
    """Two threads, each with a lock of its own, wait a moment for each other before the next."""

    def __init__(self) -> None:
        self._barrier = threading.Barrier(2)
        self.lost: list[str] = []

    def lock(self, _: Actor, first: int, *others: int) -> int:
        """Lock beads in this order, meeting the other thread after the first."""
        try:
            self._lock(first)
            self.meet()
            for number in others:
                self._lock(number)
        except OperationalError as error:
            self.lost.append(error.__cause__.sqlstate if error.__cause__ else "")  # type: ignore[attr-defined]
            raise
        return first

    def meet(self) -> None:
        """The other has come, or will not come soon."""
        try:
            self._barrier.wait(0.5)
        except threading.BrokenBarrierError:
            return

    @staticmethod
    def _lock(number: int) -> None:
        say("SELECT 1 FROM bead WHERE number = %s FOR UPDATE", number)


@pytest.fixture
def two_beads(beads: None) -> None:
    """Beads one and two are on the string."""
    door.run(string, US, 1)
    door.run(string, US, 2)


def both(*asked: tuple[Any, ...]) -> list[Any]:
    """The outcomes of two actions, each through the door from a thread of its own."""

    def ask(one: tuple[Any, ...]) -> Any:
        try:
            return door.run(one[0], US, *one[1:])
        except OperationalError as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(ask, asked))


def test_an_action_that_lost_a_deadlock_is_tried_again(two_beads):
    meeting = Meeting()

    assert both((meeting.lock, 1, 2), (meeting.lock, 2, 1)) == [1, 2]

    assert meeting.lost == ["40P01"]


def test_without_another_try_one_of_them_would_fail(two_beads, monkeypatch):
    monkeypatch.setattr(door, "ATTEMPTS", 1)
    meeting = Meeting()

    assert OperationalError in both((meeting.lock, 1, 2), (meeting.lock, 2, 1))


def test_an_action_that_cannot_be_put_in_order_is_tried_again(two_beads):
    meeting = Meeting()
    tries: list[int] = []

    def add_up(_: Actor, number: int) -> int:
        tries.append(number)
        say("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        ((n,),) = say("SELECT count(*) FROM bead")
        if len(tries) <= 2:
            meeting.meet()
        return string(US, number, word=str(n))

    assert both((add_up, 10), (add_up, 11)) == [10, 11]

    assert len(tries) >= 3
    assert sorted(say("SELECT word FROM bead WHERE number >= 10")) == [("2",), ("3",)]


def in_two_groups(meeting: Meeting, *, ordered: bool) -> list[Any]:
    """The outcomes of two processes' groups, whose actions were asked for in opposite order."""
    groupers = [Grouper(alone=door._alone) for _ in range(2)]
    gate = threading.Event()
    futures: list[Future[int]] = []
    for grouper, numbers in zip(groupers, ((1, 2), (2, 1)), strict=True):
        grouper.ask(Call(lambda _: gate.wait(SOON), US, (), {}))
        for number in numbers:
            order = str(number) if ordered else ""
            futures.append(grouper.ask(Call(meeting.lock, US, (number,), {}, order=order)))
    gate.set()
    try:
        return [future.result(SOON) for future in futures]
    finally:
        for grouper in groupers:
            grouper.stop()


def test_two_groups_lock_in_one_order_and_never_deadlock(two_beads):
    meeting = Meeting()

    assert in_two_groups(meeting, ordered=True) == [1, 2, 2, 1]

    assert meeting.lost == []


def test_without_that_order_two_groups_deadlock_and_are_tried_again(two_beads):
    meeting = Meeting()

    assert in_two_groups(meeting, ordered=False) == [1, 2, 2, 1]

    assert "40P01" in meeting.lost


async def test_a_lost_lock_in_a_group_is_no_answer(two_beads):
    meeting = Meeting()
    alone = asyncio.to_thread(both, (meeting.lock, 2, 1), (string, 99))

    grouped = door.arun_grouped("", meeting.lock, US, 1, 2)
    outcomes = await asyncio.gather(alone, grouped)

    assert outcomes == [[2, 99], 1]
