"""Visits through the policy: looked at, or locked for a change. Nothing here unseals."""

from scheduling.visits.selectors.arrivals import (
    Arrival,
    arrivals,
    may_watch,
    n_waiting,
    watches_all,
)
from scheduling.visits.selectors.frames import (
    FrameRow,
    find_frame,
    frames_for,
    n_frames,
    untaken_frames,
)
from scheduling.visits.selectors.lapsed import booked_and_over, lapsed_visits
from scheduling.visits.selectors.visits import (
    Rule,
    Seen,
    attendance_of,
    fetch,
    find_carried,
    is_moved,
    lock,
    lock_any,
    newest_confirmation,
    seats_of_socket,
)

__all__ = [
    "Arrival",
    "FrameRow",
    "Rule",
    "Seen",
    "arrivals",
    "attendance_of",
    "booked_and_over",
    "fetch",
    "find_carried",
    "find_frame",
    "frames_for",
    "is_moved",
    "lapsed_visits",
    "lock",
    "lock_any",
    "may_watch",
    "n_frames",
    "n_waiting",
    "newest_confirmation",
    "seats_of_socket",
    "untaken_frames",
    "watches_all",
]
