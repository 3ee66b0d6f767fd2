"""What may be done in visits. Each action is carried out by the door, and once per command id."""

from scheduling.visits.actions.scans import close_lapsed, close_unopened, empty_frames
from scheduling.visits.actions.seats import join, keep_seats, leave, lose_seats
from scheduling.visits.actions.signals import signal
from scheduling.visits.actions.steps import admit, arrive, decline, end, send_back
from scheduling.visits.actions.words import confirm, note

__all__ = [
    "admit",
    "arrive",
    "close_lapsed",
    "close_unopened",
    "confirm",
    "decline",
    "empty_frames",
    "end",
    "join",
    "keep_seats",
    "leave",
    "lose_seats",
    "note",
    "send_back",
    "signal",
]
