"""What changes about time: holding, booking, moving, cancelling, and the rules behind it."""

from scheduling.actions.booking import book, cancel, move
from scheduling.actions.holds import extend_hold, hold, release, sweep_holds
from scheduling.actions.hours import add_absence, add_opening, remove_exception, set_hours
from scheduling.actions.types import define_visit_type, offer_type

__all__ = [
    "add_absence",
    "add_opening",
    "book",
    "cancel",
    "define_visit_type",
    "extend_hold",
    "hold",
    "move",
    "offer_type",
    "release",
    "remove_exception",
    "set_hours",
    "sweep_holds",
]
