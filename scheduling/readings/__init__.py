"""What pages are given: names unsealed, times in words, each look with its entry."""

from scheduling.readings.home import home_card
from scheduling.readings.kinds import about, kind_of, kinds, refuse_unless_booking, whys
from scheduling.readings.lines import is_staff
from scheduling.readings.outside import enclosed, invitation, invitation_of
from scheduling.readings.pages import find, other_holds, visit, visits
from scheduling.readings.picker import Asked, times
from scheduling.readings.rules import HoursPage, TypesPage, hours, visit_types
from scheduling.readings.sheet import day
from scheduling.readings.times import day_words, is_zone, today_in, zones

__all__ = [
    "Asked",
    "HoursPage",
    "TypesPage",
    "about",
    "day",
    "day_words",
    "enclosed",
    "find",
    "home_card",
    "hours",
    "invitation",
    "invitation_of",
    "is_staff",
    "is_zone",
    "kind_of",
    "kinds",
    "other_holds",
    "refuse_unless_booking",
    "times",
    "today_in",
    "visit",
    "visit_types",
    "visits",
    "whys",
    "zones",
]
