"""The arithmetic of slots: wall-time rules become bits, and bits become offers. Pure.

One function, `free_starts`, says what is offered. Looking for times and checking a request both
ask it, so that what is shown can be booked, and nothing else can.
"""

from scheduling.slots.grid import STEP, Piece, instant, is_wall, minute, pieces, wall_of, wall_times
from scheduling.slots.offers import Ask, Slot, first_offers, free_starts, is_offered, offers, slot
from scheduling.slots.reasons import why_not
from scheduling.slots.rules import Hold, Rules, Span, Window
from scheduling.slots.timetable import Timetable

__all__ = [
    "STEP",
    "Ask",
    "Hold",
    "Piece",
    "Rules",
    "Slot",
    "Span",
    "Timetable",
    "Window",
    "first_offers",
    "free_starts",
    "instant",
    "is_offered",
    "is_wall",
    "minute",
    "offers",
    "pieces",
    "slot",
    "wall_of",
    "wall_times",
    "why_not",
]
