"""Whether the portal can work: all parts are asked at once, and none keeps the others waiting."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache

from django.db import connections

from portal.operation.selectors import evidence, jobs, parts
from portal.operation.selectors.findings import Finding

log = logging.getLogger("portal.operation")
Question = Callable[[], Finding]
QUESTIONS: dict[str, Question] = {
    "database": parts.database,
    "shred database": parts.shred,
    "layer": parts.layer,
    "broker": parts.broker,
    "jobs": jobs.beats,
    "audit guards": evidence.guarded,
    "audit signing": evidence.signed,
    "audit sequencer": evidence.numbered,
}
VITAL = frozenset({"database", "shred database"})
"""Without these no page can be shown. Whatever else is away is the same for every process of the
portal: turning people away for it would take down what still works."""
PATIENCE = 3.0
FRESH = 1.0
"""Seconds for which an answer holds, however often strangers ask."""
RARELY = 5


class Rounds:
    """The last round of questions, and those of it that nobody has answered yet."""

    def __init__(self, questions: dict[str, Question]) -> None:
        self._questions = questions
        self._open: dict[str, Future[Finding]] = {}
        self._guard = threading.Lock()
        self._last: tuple[float, Sequence[Finding]] | None = None
        self._threads = ThreadPoolExecutor(len(questions), thread_name_prefix="probe")

    def findings(self) -> Sequence[Finding]:
        """How each part does, at most FRESH seconds ago."""
        with self._guard:
            began = time.monotonic()
            if self._last is None or began >= self._last[0]:
                answers = self._asked()
                taken = time.monotonic() - began
                # Pages wait meanwhile: they share the thread. So what is slow is asked seldom.
                self._last = (time.monotonic() + max(FRESH, RARELY * taken), answers)
            return self._last[1]

    def stop(self) -> None:
        """Every question under way is answered, and the threads are gone."""
        self._threads.shutdown(wait=True)

    def _asked(self) -> Sequence[Finding]:
        # A question that hangs is not asked again: threads that hang would pile up.
        for part, question in self._questions.items():
            if part not in self._open or self._open[part].done():
                self._open[part] = self._threads.submit(_surely, part, question)
        done, _late = wait(self._open.values(), timeout=PATIENCE)
        return [
            future.result() if future in done else parts.away(part)
            for part, future in self._open.items()
        ]


def findings() -> Sequence[Finding]:
    """How each part does."""
    return _rounds().findings()


def word_for(findings: Sequence[Finding]) -> str:
    """`ready`; `strained` while pages are shown though some part is not well; `not ready`."""
    ill = {finding.part for finding in findings if not finding.is_well}
    if ill & VITAL:
        return "not ready"
    return "strained" if ill else "ready"


def forget() -> None:
    """Every question under way is answered, and the next answer is a fresh one."""
    if _rounds.cache_info().currsize:
        _rounds().stop()
        _rounds.cache_clear()


def _surely(part: str, question: Question) -> Finding:
    try:
        return question()
    except Exception:
        log.warning("the question about the %s failed", part, exc_info=True)
        return parts.away(part)
    finally:
        connections.close_all()


@cache
def _rounds() -> Rounds:
    return Rounds(QUESTIONS)
