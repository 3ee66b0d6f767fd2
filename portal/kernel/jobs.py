"""Background work, asked for by name after the commit. A message is a hint, not a store."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial, wraps
from typing import Any
from uuid import UUID

from celery import current_task, shared_task
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from portal.kernel import meters, trace
from portal.kernel.ids import new_id

log = logging.getLogger("portal.jobs")
MOST_WAITING = 10_000
REQUEST = "portal_request"
"""The header of a message that says which request asked for the job."""
_hints: queue.Queue[tuple[str, dict[str, Any], str]] = queue.Queue(MOST_WAITING)


def job(name: str) -> Callable[[Callable[..., Any]], Any]:
    """Register a function of a `tasks.py` as the job of this name. Each run is counted."""

    def registered(work: Callable[..., Any]) -> Any:
        @wraps(work)
        def counted(*args: Any, **kwargs: Any) -> Any:
            with _at_work(name):
                return work(*args, **kwargs)

        return shared_task(name=name, ignore_result=True)(counted)

    return registered


@contextmanager
def _at_work(name: str) -> Iterator[None]:
    """The job's log lines carry the request that asked for it; its end is counted and noted."""
    asked: Any = getattr(current_task, "request", None)
    by_worker = asked is not None and not asked.called_directly
    request = (by_worker and asked.get(REQUEST)) or new_id().hex
    began, outcome = time.perf_counter(), "failed"
    with trace.of(request, f"job {name}"):
        try:
            yield
            outcome = "done"
        finally:
            meters.jobs.add(name, outcome, seconds=time.perf_counter() - began)
            if by_worker:
                # By name: what keeps these notes stands on floors above.
                import_string(settings.JOB_LEDGER)(name, failed=outcome == "failed")


def after_commit(name: str, **ids: UUID | int | str) -> None:
    """Once the transaction is durable, the job is asked for. May be lost: facts are rows."""
    arguments = {
        key: str(value) if isinstance(value, UUID) else value for key, value in ids.items()
    }
    transaction.on_commit(partial(_ask, name, arguments, trace.now().request), robust=True)


def flush(seconds: float = 5.0) -> bool:
    """True once every hint so far was handed to the broker or given up."""
    end = time.monotonic() + seconds
    while _hints.unfinished_tasks and time.monotonic() < end:
        time.sleep(0.001)
    return not _hints.unfinished_tasks


def _ask(name: str, arguments: dict[str, Any], request: str) -> None:
    # Whoever commits never waits for the broker: refusing takes it most of a second, and one
    # that is paused never answers.
    _talker()
    try:
        _hints.put_nowait((name, arguments, request))
    except queue.Full:
        log.warning("too many hints wait for the broker; the scan will find the row of %s", name)


@cache
def _talker() -> threading.Thread:
    thread = threading.Thread(target=_talk, name="hints", daemon=True)
    thread.start()
    return thread


def _talk() -> None:
    while True:
        name, arguments, request = _hints.get()
        try:
            # By name: a command that never named our app would ask a broker of Celery's own choice.
            send = import_string("portal.celery.app").send_task
            send(name, kwargs=arguments, retry=False, headers={REQUEST: request})
        except Exception:  # whatever the broker's client library raises
            log.warning("the broker did not take a hint for %s; the scan will find its row", name)
        finally:
            _hints.task_done()
