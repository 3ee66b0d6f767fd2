"""What the caller of a grouped action waits on: a thread, or a loop that hears of many at once."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class LoopWait(Generic[T]):
    """A coroutine's wait. A future of the standard library would cost a lock and a wake-up each."""

    __slots__ = ("future", "loop")

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()

    def set_running_or_notify_cancel(self) -> bool:
        """False if the coroutine gave up before its turn."""
        return not self.future.cancelled()

    def done(self) -> bool:
        """True if there is nobody left to tell."""
        return self.future.done()


Wait = Future[T] | LoopWait[T]
Outcome = tuple[Wait[Any], Any, BaseException | None]


def tell(outcomes: Sequence[Outcome]) -> None:
    """Everybody has their result or failure; each loop is woken once."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        wait, result, failure = outcome
        if isinstance(wait, LoopWait):
            by_loop[wait.loop].append(outcome)
        elif failure is None:
            wait.set_result(result)
        else:
            wait.set_exception(failure)
    for loop, mine in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits there
            loop.call_soon_threadsafe(_settle, mine)


def _settle(outcomes: Sequence[Outcome]) -> None:
    for wait, result, failure in outcomes:
        if wait.done() or not isinstance(wait, LoopWait):
            continue
        if failure is None:
            wait.future.set_result(result)
        else:
            wait.future.set_exception(failure)
