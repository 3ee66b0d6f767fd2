"""The tables of time: rules in wall time, appointments, and the claims that keep them apart."""

from scheduling.models.appointments import (
    KEY_PURPOSE,
    Appointment,
    Change,
    Mode,
    Receipt,
    State,
    reason_place,
)
from scheduling.models.claims import CLINIC, Calendar, Claim, Resource
from scheduling.models.rules import Hours, Offering, TimeException, VisitType

__all__ = [
    "CLINIC",
    "KEY_PURPOSE",
    "Appointment",
    "Calendar",
    "Change",
    "Claim",
    "Hours",
    "Mode",
    "Offering",
    "Receipt",
    "Resource",
    "State",
    "TimeException",
    "VisitType",
    "reason_place",
]
