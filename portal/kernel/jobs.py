"""Background work, asked for by name after the commit. A message is a hint, not a store."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils.module_loading import import_string

log = logging.getLogger("portal.jobs")
MOST_WAITING = 10_000
_hints: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue(MOST_WAITING)


def job(name: str) -> Callable[[Callable[..., Any]], Any]:
    """Register a function of a `tasks.py` as the job of this name."""
    return shared_task(name=name, ignore_result=True)


def after_commit(name: str, **ids: UUID | int | str) -> None:
    """Once the transaction is durable, the job is asked for. May be lost: facts are rows."""
    arguments = {
        key: str(value) if isinstance(value, UUID) else value for key, value in ids.items()
    }
    transaction.on_commit(partial(_ask, name, arguments), robust=True)


def flush(seconds: float = 5.0) -> bool:
    """True once every hint so far was handed to the broker or given up."""
    end = time.monotonic() + seconds
    while _hints.unfinished_tasks and time.monotonic() < end:
        time.sleep(0.001)
    return not _hints.unfinished_tasks


def _ask(name: str, arguments: dict[str, Any]) -> None:
    # Whoever commits never waits for the broker: refusing takes it most of a second, and one
    # that is paused never answers.
    _talker()
    try:
        _hints.put_nowait((name, arguments))
    except queue.Full:
        log.warning("too many hints wait for the broker; the scan will find the row of %s", name)


@cache
def _talker() -> threading.Thread:
    thread = threading.Thread(target=_talk, name="hints", daemon=True)
    thread.start()
    return thread


def _talk() -> None:
    while True:
        name, arguments = _hints.get()
        try:
            # By name: a command that never named our app would ask a broker of Celery's own choice.
            import_string("portal.celery.app").send_task(name, kwargs=arguments, retry=False)
        except Exception:  # whatever the broker's client library raises
            log.warning("the broker did not take a hint for %s; the scan will find its row", name)
        finally:
            _hints.task_done()
