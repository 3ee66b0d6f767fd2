"""Why a time is not offered: the first rule that removes it."""

from collections.abc import Callable, Iterable

from scheduling.slots.grid import minute
from scheduling.slots.offers import Ask, is_offered
from scheduling.slots.rules import Span
from scheduling.slots.timetable import Timetable


def why_not(timetable: Timetable, ask: Ask, at: int) -> str:
    """The code of the rule that removes this minute; empty if it is offered.

    past, too-soon, too-far, away, clinic-closed, closed, off-grid, taken, patient-taken.
    """
    if is_offered(timetable, ask, at):
        return ""
    visit = Span(at, at + ask.minutes)
    around = Span(at - ask.before, at + ask.minutes + ask.after)
    rules: dict[str, Callable[[], object]] = {
        "past": lambda: at <= minute(ask.now),
        "too-soon": lambda: at < ask.earliest,
        "too-far": lambda: at >= ask.latest or not timetable.covers(*around),
        "away": lambda: _meets(visit, timetable.rules.absences),
        "clinic-closed": lambda: _bits(timetable, visit) & timetable.hours() & ~timetable.open,
        "closed": lambda: _bits(timetable, visit) & ~timetable.open,
        "patient-taken": lambda: _meets(visit, ask.also_taken),
        "taken": lambda: _bits(timetable, around) & timetable.taken_at(ask.now)[0],
    }
    return next((code for code, removes in rules.items() if removes()), "off-grid")


def _bits(timetable: Timetable, span: Span) -> int:
    return timetable.bits([span])


def _meets(span: Span, others: Iterable[Span]) -> bool:
    return any(other.begins < span.ends and other.ends > span.begins for other in others)
