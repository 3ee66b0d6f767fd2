"""Finding times, rules and appointments. Nothing here unseals or leaves an entry."""

from scheduling.selectors.appointments import (
    acts_for_clinic,
    appointments_of,
    day_of,
    fetch_appointment,
    history_of,
    holds_of,
    is_told_of,
    lock_appointment,
    not_found,
    shifted_appointments,
    told_of,
    upcoming,
)
from scheduling.selectors.claims import Wanted, wanted_by
from scheduling.selectors.memory import timetable_now, timetables
from scheduling.selectors.rules import (
    booked_within,
    clinic_zone,
    clinicians_offering,
    exceptions_between,
    fetch_keeper,
    fetch_kind,
    hours_of,
    offered_types,
    visit_types,
)
from scheduling.selectors.search import ask_for, explain, find_free, find_slots

__all__ = [
    "Wanted",
    "acts_for_clinic",
    "appointments_of",
    "ask_for",
    "booked_within",
    "clinic_zone",
    "clinicians_offering",
    "day_of",
    "exceptions_between",
    "explain",
    "fetch_appointment",
    "fetch_keeper",
    "fetch_kind",
    "find_free",
    "find_slots",
    "history_of",
    "holds_of",
    "hours_of",
    "is_told_of",
    "lock_appointment",
    "not_found",
    "offered_types",
    "shifted_appointments",
    "timetable_now",
    "timetables",
    "told_of",
    "upcoming",
    "visit_types",
    "wanted_by",
]
