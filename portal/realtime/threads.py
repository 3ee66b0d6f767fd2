"""Threads of our own for reading, none of it behind Django's single shared thread.

`in_thread` is for what may wait (opening a view waits for its entry's commit); `read` for the
many short looks at what is new. Those that queued during the last ones are done together, and the
loop is woken once for all of them: a hop to a thread costs more than such a look.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connections

from portal.kernel.connections import refresh
from portal.kernel.waiting import LoopWait, Outcome, tell

P = ParamSpec("P")
T = TypeVar("T")
WAITERS = 4
READERS = 2
TOGETHER = 16


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The function's result, from a thread whose database connections are known to be usable."""

    call = partial(_surely, partial(function, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_pool(), call)


async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same for a short read, sharing the way there and back with its neighbours."""
    return await _readers().asked(partial(function, *args, **kwargs))


class Readers:
    """A few threads that take what has queued, together."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[LoopWait[Any], Callable[[], Any]] | None]
        self._queue = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"reader_{number}", daemon=True)
            for number in range(READERS)
        ]
        for thread in self._threads:
            thread.start()

    async def asked(self, call: Callable[[], T]) -> T:
        """The call's result."""
        wait: LoopWait[T] = LoopWait()
        self._queue.put((wait, call))
        return await wait.future

    def stop(self) -> None:
        """The threads are gone, and their connections with them."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        try:
            while (first := self._queue.get()) is not None:
                batch, is_last = [first], False
                with contextlib.suppress(queue.Empty):
                    while len(batch) < TOGETHER and not is_last:
                        item = self._queue.get_nowait()
                        is_last = item is None
                        if item is not None:
                            batch.append(item)
                tell([_outcome(*item) for item in batch])
                if is_last:
                    return
        finally:
            connections.close_all()


def _surely(call: Callable[[], T]) -> T:
    """The call's result; anew if all that failed was a connection that had died while it lay."""
    refresh()
    try:
        return call()
    except (InterfaceError, OperationalError):
        if not refresh():
            raise
        return call()


def _outcome(wait: LoopWait[Any], call: Callable[[], Any]) -> Outcome:
    try:
        return wait, _surely(call), None
    except Exception as failure:
        return wait, None, failure


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WAITERS, thread_name_prefix="waiter")


@cache
def _readers() -> Readers:
    return Readers()


def close() -> None:
    """The threads are gone, and their connections with them."""
    if _readers.cache_info().currsize:
        _readers().stop()
        _readers.cache_clear()
    if _pool.cache_info().currsize:
        pool = _pool()
        for _ in range(WAITERS):
            pool.submit(connections.close_all)
        pool.shutdown(wait=True)
        _pool.cache_clear()
