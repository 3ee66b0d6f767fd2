"""Pages of visits and of the calendar. Everything works by plain forms; scripts sharpen it."""

from scheduling.views.booking import book, confirm, extend, hold, move, release
from scheduling.views.calendar import day, find
from scheduling.views.rules import (
    add_exception,
    hours,
    offer,
    remove_exception,
    set_hours,
    types,
)
from scheduling.views.visits import booking, cancel, ics, visits, zone

__all__ = [
    "add_exception",
    "book",
    "booking",
    "cancel",
    "confirm",
    "day",
    "extend",
    "find",
    "hold",
    "hours",
    "ics",
    "move",
    "offer",
    "release",
    "remove_exception",
    "set_hours",
    "types",
    "visits",
    "zone",
]
