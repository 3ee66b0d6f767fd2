"""The write door: every action passes it, and it opens the one transaction.

On SQLite one thread writes. What queued while it committed goes into its next transaction, a
savepoint each, with no timer: under load many actions share one durable commit, alone they wait
for nobody. On PostgreSQL `run` is alone in the caller's thread with bounded retry, because rows
are locked there; `run_grouped` shares commits, ordered by the row that each action locks first.

An action that refuses takes only itself back. A group whose commit fails is replayed one by one.
Results and after-commit hooks fire after the commit, never before.
"""

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from portal.kernel import connections, meters
from portal.kernel.actor import Actor
from portal.kernel.errors import Refusal
from portal.kernel.group import Call, Grouper, Unit, unit_now

P = ParamSpec("P")
T = TypeVar("T")
X = TypeVar("X")

log = logging.getLogger("portal.door")
ATTEMPTS = 6
RETRIED_STATES = frozenset({"40001", "40P01", "55P03"})


class DoorClosed(RuntimeError):
    """Something that only an action may do was tried outside the door."""


class DoorNested(RuntimeError):
    """A door inside a door, or inside somebody else's transaction."""


def run(
    action: Callable[Concatenate[Actor, P], T], actor: Actor, *args: P.args, **kwargs: P.kwargs
) -> T:
    """The action's result, once its transaction is durable. Refusals pass through."""
    call: Call[T] = Call(action, actor, args, kwargs)
    with _counted(action) as done:
        if _inline():
            return done(_in_savepoint(call))
        if _one_writer():
            return done(_grouper.ask(call).result())
        return done(_alone(call))


def run_grouped(
    order: str,
    action: Callable[Concatenate[Actor, P], T],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """The same, sharing a commit with its neighbours. `order` names the row locked first."""
    call: Call[T] = Call(action, actor, args, kwargs, order=order)
    with _counted(action) as done:
        return done(_in_savepoint(call) if _inline() else _grouper.ask(call).result())


async def arun(
    action: Callable[Concatenate[Actor, P], T], actor: Actor, *args: P.args, **kwargs: P.kwargs
) -> T:
    """`run` from the event loop; on SQLite without a thread of its own."""
    if _one_writer():
        call: Call[T] = Call(action, actor, args, kwargs)
        with _counted(action) as done:
            return done(await _grouper.asked(call))
    return await asyncio.get_running_loop().run_in_executor(
        _threads(), lambda: _fresh(run, action, actor, *args, **kwargs)
    )


async def arun_grouped(
    order: str,
    action: Callable[Concatenate[Actor, P], T],
    actor: Actor,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """`run_grouped` from the event loop, without a thread of its own."""
    call: Call[T] = Call(action, actor, args, kwargs, order=order)
    with _counted(action) as done:
        return done(await _grouper.asked(call))


def defer(batcher: Callable[[Sequence[X]], None], item: X) -> None:
    """Just before the commit the batcher gets the items of every surviving action, in order.

    Refuses: DoorClosed (outside an action).
    """
    unit = unit_now()
    if unit is None:
        raise DoorClosed("only an action, called by the door, may defer work to its commit")
    unit.defer(batcher, item)


def inside() -> bool:
    """True in an action that the door called."""
    return unit_now() is not None


def close() -> None:
    """What is queued is written, and the writing thread has stopped."""
    _grouper.stop()


@contextmanager
def _counted(action: Callable[..., T]) -> Iterator[Callable[[T], T]]:
    """How long the action took, its commit and the wait for it included, and how it ended.

    Some refusals are results, because they leave a count and an entry behind: a wrong password.
    """
    name, began = _name_of(action), time.perf_counter()
    outcome = "failed"

    def done(result: T) -> T:
        nonlocal outcome
        outcome = "refused" if getattr(result, "outcome", "") == "refused" else "done"
        return result

    try:
        yield done
    except Refusal:
        outcome = "refused"
        raise
    finally:
        meters.actions.add(name, outcome, seconds=time.perf_counter() - began)


@lru_cache(maxsize=512)
def _name_of(action: Callable[..., Any]) -> str:
    """`messaging.send_reply` for an action of that room; what is put together has no name."""
    name: str = getattr(action, "__name__", "")
    room = str(getattr(action, "__module__", "")).partition(".actions")[0].removeprefix("portal.")
    return f"{room}.{name}" if name.isidentifier() else room


def _one_writer() -> bool:
    return connection.vendor == "sqlite"


def _inline() -> bool:
    """True where a test's own transaction is around everything; refuses any other nesting."""
    if inside():
        raise DoorNested("an action calls other actions as plain functions; they join it")
    if not connection.in_atomic_block:
        return False
    if not settings.DOOR_INLINE:
        raise DoorNested("the door opens the transaction; nobody else does")
    return True


def _in_savepoint(call: Call[T]) -> T:
    with transaction.atomic(), Unit() as unit:
        result = call.carry_out()
        unit.finish()
    return result


def _transaction(call: Call[T]) -> T:
    reached = threading.Event()
    try:
        with transaction.atomic(durable=True), Unit() as unit:
            transaction.on_commit(reached.set, robust=True)
            result = call.carry_out()
            unit.finish()
            call.is_done = True
    except Exception:
        # What an after-commit hook follows is durable: to fail here would be to do it twice.
        if not reached.is_set():
            raise
        log.exception("an after-commit hook failed")
    return result


def _alone(call: Call[T]) -> T:
    """One action in one transaction; a lock that was lost is tried again, a bounded time."""
    for attempt in range(1, ATTEMPTS + 1):
        connections.refresh()
        line = connection.connection
        try:
            return _transaction(call)
        except (InterfaceError, OperationalError) as error:
            # Before anything could be committed, a connection that had died costs nothing but time.
            had_died = bool(line) and (connections.refresh() or connection.connection is not line)
            may_repeat = (had_died and not call.is_done) or _worth_repeating(error)
            if attempt == ATTEMPTS or not may_repeat:
                raise
            time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311
    raise AssertionError("unreachable")


def _worth_repeating(error: Exception) -> bool:
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in RETRIED_STATES:
        return True
    return connection.vendor == "sqlite" and "locked" in str(error)


def _fresh(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call with a database connection that is known to be usable, and leave it so."""
    connections.refresh()
    return function(*args, **kwargs)


_grouper = Grouper(alone=_alone)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(8, thread_name_prefix="door")
