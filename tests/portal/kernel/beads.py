"""What the tests of the door do: string beads, refuse, wait, fail at the commit."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction

from portal.kernel import door
from portal.kernel.actor import Actor, system_actor
from portal.kernel.errors import Refusal

US = system_actor("beads")
SOON = 20.0


class NoSuchBead(Refusal):
    """The bead that these tests never find."""

    code = "no-such-bead"


def string(_: Actor, number: int, word: str = "", after: int | None = None) -> int:
    """One more bead."""
    say("INSERT INTO bead (number, word, after) VALUES (%s, %s, %s)", number, word, after)
    return number


def string_and_refuse(actor: Actor, number: int) -> int:
    """One more bead, and then a no."""
    string(actor, number)
    raise NoSuchBead


def string_badly(actor: Actor, number: int) -> int:
    """One more bead, after one that is not there: the commit itself will refuse it."""
    return string(actor, number, after=-1)


def string_and_tell(actor: Actor, number: int, tell: Callable[[list[int]], None]) -> int:
    """One more bead; after the commit somebody is told what is on the string for everybody."""
    transaction.on_commit(lambda: tell(elsewhere()), robust=True)
    return string(actor, number)


def string_for(
    actor: Actor, number: int, batcher: Callable[[Sequence[int]], None], *, refuse: bool = False
) -> int:
    """One more bead, and its number for the batcher."""
    door.defer(batcher, number)
    return (string_and_refuse if refuse else string)(actor, number)


def say(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows that the database answers with."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall()) if cursor.description else []


def strung() -> list[int]:
    """The numbers of all beads."""
    return [number for (number,) in say("SELECT number FROM bead ORDER BY number")]


def elsewhere() -> list[int]:
    """The same, as another connection sees it."""
    found: list[list[int]] = []

    def look() -> None:
        try:
            found.append(strung())
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found[0]


class Gate:
    """Holds the writing thread until it is opened, so that what is asked meanwhile queues up."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def wait(self, _: Actor) -> None:
        """An action that waits at the gate."""
        self.reached.set()
        assert self.opened.wait(SOON)


Asked = tuple[Any, ...]


async def together(*asked: Asked, order: Sequence[str] = ()) -> list[Any]:
    """The outcomes, results or errors, of actions that queued up behind one gate, in order."""
    gate = Gate()
    waiting = asyncio.ensure_future(door.arun_grouped("", gate.wait, US))
    await asyncio.to_thread(gate.reached.wait, SOON)
    keys = order or [""] * len(asked)
    calls = [
        asyncio.ensure_future(door.arun_grouped(key, action, US, *args))
        for key, (action, *args) in zip(keys, asked, strict=True)
    ]
    await asyncio.sleep(0)  # each has queued
    gate.opened.set()
    await waiting
    return await asyncio.gather(*calls, return_exceptions=True)


def kinds(outcomes: Sequence[Any]) -> list[Any]:
    """Results as they are, errors by their class."""
    return [type(one) if isinstance(one, BaseException) else one for one in outcomes]
