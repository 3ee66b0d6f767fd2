"""What log lines say of the work they come from: an id that links them, and what was asked for.

For logs alone. Nothing decides by it, and nothing but made ids and names of our own goes in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Trace:
    """The request that all this began with, and the route, command or job that is at work."""

    request: str = ""
    work: str = ""


NOTHING = Trace()
_now: ContextVar[Trace] = ContextVar("trace", default=NOTHING)


def now() -> Trace:
    """What this thread or task is at work on."""
    return _now.get()


@contextmanager
def of(request: str, work: str = "") -> Iterator[None]:
    """In this block log lines carry this request and this work."""
    token = _now.set(Trace(request, work))
    try:
        yield
    finally:
        _now.reset(token)


def at(work: str) -> None:
    """From here on to the end of the block around it, log lines name this work."""
    _now.set(replace(_now.get(), work=work))


def begin(request: str, work: str) -> None:
    """From here on to the end of this thread or task, log lines carry this request and work."""
    _now.set(Trace(request, work))
