"""Reads that unseal: each leaves its entry first, and without the entry shows nothing."""

from scheduling.visits.readings.arrivals import ArrivalLine, Board, arrivals_page, home_card
from scheduling.visits.readings.exports import exported
from scheduling.visits.readings.rooms import RoomPage, RoomView, check_page, room_page
from scheduling.visits.readings.standing import Standing

__all__ = [
    "ArrivalLine",
    "Board",
    "RoomPage",
    "RoomView",
    "Standing",
    "arrivals_page",
    "check_page",
    "exported",
    "home_card",
    "room_page",
]
