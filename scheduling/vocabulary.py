"""What happens to hours and appointments, in the words of the evidence. No reason, no name."""

from enum import StrEnum

from django.utils.translation import gettext_noop

from portal.kernel.plugs import Detail, DetailKind, EventSpec

MODES = ("video", "phone", "in-person")
STATES = ("held", "booked", "cancelled", "expired")
CHANGES = ("held", "extended", "booked", "moved", "cancelled", "released", "expired")
WHYS = ("patient-asked", "not-needed", "ill", "clinician-away", "wrong-time", "mistake", "other")
"""Why an appointment was cancelled."""
RESOURCES = ("clinic", "patient", "person")
EXCEPTIONS = ("absence", "opening")
OCCASIONS = ("leave", "holiday", "closed", "training", "ill", "extra", "other")
"""Why the usual hours do not hold."""


CONFIRMED = "scheduling.confirmed"
MOVED = "scheduling.moved"
CANCELLED = "scheduling.cancelled"
REMINDER = "scheduling.reminder"
"""The kinds of letters."""


class Event(StrEnum):
    """The acts of this ward that leave an entry."""

    TIME_HELD = "appointment.held"
    HOLD_EXTENDED = "appointment.hold-extended"
    HOLD_RELEASED = "appointment.released"
    APPOINTMENT_BOOKED = "appointment.booked"
    APPOINTMENT_MOVED = "appointment.moved"
    APPOINTMENT_CANCELLED = "appointment.cancelled"
    HOLD_EXPIRED = "appointment.hold-expired"
    APPOINTMENTS_READ = "appointments.read"
    REASON_READ = "appointment.reason-read"
    HOURS_SET = "hours.set"
    EXCEPTION_ADDED = "hours.exception-added"
    EXCEPTION_REMOVED = "hours.exception-removed"
    VISIT_TYPE_DEFINED = "visit-type.defined"
    VISIT_TYPE_OFFERED = "visit-type.offered"


def _code(*codes: str) -> Detail:
    return Detail(DetailKind.CODE, frozenset(codes))


_COUNT = Detail(DetailKind.COUNT)
_ID = Detail(DetailKind.ID)
_WITH = {"clinician": _ID, "mode": _code(*MODES)}

SPECS = (
    EventSpec(
        Event.TIME_HELD,
        gettext_noop("Somebody held a time while they decide."),
        _WITH,
        told=gettext_noop("Held a time for an appointment of yours"),
    ),
    EventSpec(
        Event.HOLD_EXTENDED,
        gettext_noop("Somebody asked for more time to decide."),
        told=gettext_noop("Asked for more time to decide about an appointment"),
    ),
    EventSpec(
        Event.HOLD_RELEASED,
        gettext_noop("Somebody gave back a time that was held."),
        told=gettext_noop("Gave back a time that was held for you"),
    ),
    EventSpec(
        Event.APPOINTMENT_BOOKED,
        gettext_noop("Somebody booked an appointment."),
        _WITH,
        told=gettext_noop("Booked an appointment"),
    ),
    EventSpec(
        Event.APPOINTMENT_MOVED,
        gettext_noop("Somebody moved an appointment to another time."),
        {"clinician": _ID, "revision": _COUNT},
        told=gettext_noop("Moved an appointment to another time"),
    ),
    EventSpec(
        Event.APPOINTMENT_CANCELLED,
        gettext_noop("Somebody cancelled an appointment."),
        {"why": _code(*WHYS), "revision": _COUNT},
        told=gettext_noop("Cancelled an appointment"),
    ),
    EventSpec(
        Event.HOLD_EXPIRED,
        gettext_noop("A time that was held was not confirmed in time."),
        told=gettext_noop("Let go of a time that was held for you and not confirmed"),
    ),
    EventSpec(
        Event.APPOINTMENTS_READ,
        gettext_noop("Somebody saw appointments in a list: when, with whom, what kind of visit."),
        {"appointments": _COUNT},
        told=gettext_noop("Saw your appointments in a list: when, with whom, what kind of visit"),
    ),
    EventSpec(
        Event.REASON_READ,
        gettext_noop("Somebody read why an appointment was made."),
        told=gettext_noop("Read why an appointment was made"),
    ),
    EventSpec(
        Event.HOURS_SET,
        gettext_noop("Somebody set the weekly hours of a clinician."),
        {"person": _ID, "windows": _COUNT},
        told=gettext_noop("Set the weekly hours of {person}"),
    ),
    EventSpec(
        Event.EXCEPTION_ADDED,
        gettext_noop("Somebody added a time in which the usual hours do not hold."),
        {"kind": _code(*EXCEPTIONS), "occasion": _code(*OCCASIONS)},
        told=gettext_noop("Added a time in which the usual hours do not hold"),
    ),
    EventSpec(
        Event.EXCEPTION_REMOVED,
        gettext_noop("Somebody removed a time in which the usual hours did not hold."),
        {"kind": _code(*EXCEPTIONS)},
        told=gettext_noop("Removed a time in which the usual hours did not hold"),
    ),
    EventSpec(
        Event.VISIT_TYPE_DEFINED,
        gettext_noop("Somebody defined a kind of visit."),
        told=gettext_noop("Defined a kind of visit"),
    ),
    EventSpec(
        Event.VISIT_TYPE_OFFERED,
        gettext_noop("Somebody said whether a clinician offers a kind of visit."),
        {"person": _ID, "is_offered": _code("yes", "no")},
        told=gettext_noop("Said whether {person} offers a kind of visit"),
    ),
)
