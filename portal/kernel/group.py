"""Grouped commits: the thread that writes, and the unit of work of one transaction."""

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any, Generic, Self, TypeVar

from django.db import OperationalError, connection, transaction
from django.db import connections as databases

from portal.kernel import connections, trace
from portal.kernel.actor import Actor
from portal.kernel.waiting import LoopWait, Outcome, Wait, tell

T = TypeVar("T")
log = logging.getLogger("portal.door")
MOST = 64
CAREFUL = 32


class Call(Generic[T]):
    """One action, who asked for it, and what its caller waits on."""

    __slots__ = ("action", "actor", "args", "is_done", "kwargs", "order", "trace", "wait")

    def __init__(
        self,
        action: Callable[..., T],
        actor: Actor,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        order: str = "",
        wait: Wait[T] | None = None,
    ) -> None:
        self.action, self.actor, self.args, self.kwargs = action, actor, args, kwargs
        self.order = order
        self.trace = trace.now()
        self.is_done = False
        self.wait: Wait[T] = wait or Future()

    def carry_out(self) -> T:
        """The action's result, inside whatever transaction is open."""
        with trace.of(self.trace.request, self.trace.work):
            return self.action(self.actor, *self.args, **self.kwargs)


class Unit:
    """What one transaction has promised to do just before it commits."""

    def __init__(self) -> None:
        self._done: dict[Callable[[Sequence[Any]], None], list[Any]] = {}
        self._current: list[tuple[Callable[[Sequence[Any]], None], Any]] = []

    def __enter__(self) -> Self:
        self._token = _unit.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _unit.reset(self._token)

    def defer(self, batcher: Callable[[Sequence[Any]], None], item: Any) -> None:
        """The current action's item; kept only if the action survives."""
        self._current.append((batcher, item))

    def keep(self) -> None:
        """The current action survived: its items stay."""
        for batcher, item in self._current:
            self._done.setdefault(batcher, []).append(item)
        self._current = []

    def drop(self) -> None:
        """The current action was taken back: its items go with it."""
        self._current = []

    def finish(self) -> None:
        """Every batcher has had its items, in order. Batchers must not defer."""
        self.keep()
        for batcher, items in self._done.items():
            batcher(items)
        self._done = {}


_unit: ContextVar[Unit | None] = ContextVar("unit", default=None)


def unit_now() -> Unit | None:
    """The unit of the transaction that the door opened around the caller, if any."""
    return _unit.get()


def _durably(work: Callable[[Unit], None]) -> bool:
    """True if the transaction around the work is durable, whatever was raised in or after it."""
    reached = threading.Event()
    try:
        with transaction.atomic(durable=True), Unit() as unit:
            transaction.on_commit(reached.set, robust=True)
            work(unit)
            unit.finish()
    except BaseException:
        # An after-commit hook may fail, too; what it follows is durable all the same.
        log.log(logging.ERROR if reached.is_set() else logging.DEBUG, "a group", exc_info=True)
    return reached.is_set()


class Grouper:
    """One thread that commits what has queued, together."""

    def __init__(self, *, alone: Callable[[Call[Any]], Any]) -> None:
        self._alone = alone
        self._queue: queue.SimpleQueue[Call[Any] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._writer = 0
        self._guard = threading.Lock()
        self._careful = 0
        self.groups = 0
        self.calls = 0

    def ask(self, call: Call[T]) -> "Future[T]":
        """The future of the call's result, once the commit that holds it is durable."""
        self._put(call)
        assert isinstance(call.wait, Future)  # noqa: S101
        return call.wait

    async def asked(self, call: Call[T]) -> T:
        """The call's result, on the loop that asks, once the commit that holds it is durable."""
        wait: LoopWait[T] = LoopWait()
        call.wait = wait
        self._put(call)
        return await wait.future

    def _put(self, call: Call[Any]) -> None:
        # The thread that writes would wait for itself, in an action and in an after-commit hook.
        if unit_now() is not None or threading.get_ident() == self._writer:
            raise RuntimeError("whoever is behind the door cannot wait at it")
        with self._guard:  # or `stop` might come between, and nobody would take the call
            self._start()
            self._queue.put(call)

    def stop(self) -> None:
        """What was queued is written; the thread is gone and its connection closed."""
        with self._guard:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
                thread.join()

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="door", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        self._writer = threading.get_ident()
        try:
            while (first := self._queue.get()) is not None:
                group, last = self._gather(first)
                try:
                    self._commit(group)
                except BaseException as failure:
                    # Nobody waits for ever, whatever went wrong.
                    tell([_failed(call, failure) for call in group if not call.wait.done()])
                    log.exception("a group was lost")
                if last:
                    return
        finally:
            self._writer = 0
            databases.close_all()

    def _gather(self, first: Call[Any]) -> tuple[list[Call[Any]], bool]:
        """What is queued now, at most a full group, and whether the thread is to stop after."""
        group = [first]
        with contextlib.suppress(queue.Empty):
            while len(group) < MOST:
                call = self._queue.get_nowait()
                if call is None:
                    return group, True
                group.append(call)
        return group, False

    def _commit(self, group: list[Call[Any]]) -> None:
        # A caller that gave up before its turn is left out; from here on nobody can give up.
        group = [call for call in group if call.wait.set_running_or_notify_cancel()]
        if not group:
            return
        self.groups += 1
        self.calls += len(group)
        connections.refresh()
        # Every process locks rows in one order: two groups in opposite order would deadlock.
        group.sort(key=lambda call: call.order)
        if len(group) == 1:
            self._settle_alone(group[0])
        elif not (self._lightly(group) or self._carefully(group)):
            log.warning("a group of %d is replayed one by one", len(group))
            for call in group:
                self._settle_alone(call)

    def _lightly(self, group: list[Call[Any]]) -> bool:
        """True if all of the group is durable, with no savepoint between: most groups are whole.

        On PostgreSQL the two statements of a savepoint would be most of an action's round trips.
        """
        if self._careful:
            self._careful -= 1
            return False
        results: list[Any] = []
        if not _durably(lambda _: results.extend(call.carry_out() for call in group)):
            self._careful = CAREFUL
            return False
        waits = (call.wait for call in group)
        tell([(wait, result, None) for wait, result in zip(waits, results, strict=True)])
        return True

    def _carefully(self, group: list[Call[Any]]) -> bool:
        """True if the group is durable but for those that failed, who took only themselves back."""
        outcomes: list[Outcome] = []
        if not _durably(lambda unit: outcomes.extend(self._one(call, unit) for call in group)):
            return False
        tell(outcomes)
        return True

    def _one(self, call: Call[Any], unit: Unit) -> Outcome:
        try:
            with transaction.atomic():
                result = call.carry_out()
        except BaseException as failure:
            unit.drop()
            # A lost lock is no refusal: alone, it is tried again.
            if isinstance(failure, OperationalError) or not _is_sound():
                raise
            return _failed(call, failure)
        unit.keep()
        return call.wait, result, None

    def _settle_alone(self, call: Call[Any]) -> None:
        try:
            result = self._alone(call)
        except BaseException as failure:
            tell([_failed(call, failure)])
        else:
            tell([(call.wait, result, None)])


def _failed(call: Call[Any], failure: BaseException) -> Outcome:
    """The failure as the caller gets it: an exit raised here must not end the caller's loop."""
    if not isinstance(failure, Exception):
        failure = RuntimeError(f"an action raised {type(failure).__name__}")
    return call.wait, None, failure


def _is_sound() -> bool:
    """True if the transaction can go on."""
    return not connection.needs_rollback and connection.is_usable()
