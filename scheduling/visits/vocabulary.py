"""What happens in visits, in the words of the evidence. No note, no place, no name."""

from enum import StrEnum

from django.utils.translation import gettext_noop

from portal.kernel.plugs import Detail, DetailKind, EventSpec

ROLES = ("patient", "proxy", "clinician")
ENDINGS = (
    "finished",
    "declined",
    "not-come",
    "not-admitted",
    "not-connected",
    "left-open",
    "cancelled",
)
WHYS_DECLINED = ("wrong-time", "other-channel", "not-needed", "other")
NOTES = ("ten-minutes-late", "twenty-minutes-late", "nearly-there", "please-phone", "other")
SAFE = ("yes", "no", "unsure")
PARTED = ("left", "gone", "sent-back", "over", "other-person", "no-right", "signed-out")
HOW = ("first", "again", "other-device")


class Event(StrEnum):
    """The acts of this room that leave an entry."""

    VISIT_ARRIVED = "visit.arrived"
    VISIT_STEPPED_OUT = "visit.stepped-out"
    VISIT_ADMITTED = "visit.admitted"
    VISIT_DECLINED = "visit.declined"
    VISIT_SENT_BACK = "visit.sent-back"
    VISIT_NOTED = "visit.noted"
    SEAT_TAKEN = "visit.joined"
    SEAT_LEFT = "visit.seat-left"
    VISIT_CONFIRMED = "visit.confirmed"
    VISIT_OVER = "visit.over"
    VISIT_FOLLOWED = "visit.followed"
    VISIT_READ = "visit.read"
    ARRIVALS_READ = "visit.arrivals-read"


def _code(*codes: str) -> Detail:
    return Detail(DetailKind.CODE, frozenset(codes))


_COUNT = Detail(DetailKind.COUNT)

SPECS = (
    EventSpec(
        Event.VISIT_ARRIVED,
        gettext_noop("Somebody came to the waiting room of a video visit."),
        told=gettext_noop("Came to the waiting room of your video visit"),
    ),
    EventSpec(
        Event.VISIT_STEPPED_OUT,
        gettext_noop("Somebody left the waiting room of a video visit."),
        told=gettext_noop("Left the waiting room of your video visit"),
    ),
    EventSpec(
        Event.VISIT_ADMITTED,
        gettext_noop("Somebody who waited was let into a video visit."),
        told=gettext_noop("Let you into a video visit"),
    ),
    EventSpec(
        Event.VISIT_DECLINED,
        gettext_noop("The clinic did not hold a video visit for which somebody waited."),
        {"why": _code(*WHYS_DECLINED)},
        told=gettext_noop("Ended your wait: the video visit was not held"),
    ),
    EventSpec(
        Event.VISIT_SENT_BACK,
        gettext_noop("A video visit was interrupted, and the patient waits again."),
        told=gettext_noop("Sent you back to the waiting room of a video visit"),
    ),
    EventSpec(
        Event.VISIT_NOTED,
        gettext_noop("The clinic left a note for somebody who waits for a video visit."),
        {"note": _code(*NOTES)},
        told=gettext_noop("Left you a note in the waiting room"),
    ),
    EventSpec(
        Event.SEAT_TAKEN,
        gettext_noop("Somebody took their seat in a video visit."),
        {"seat": _code(*ROLES), "how": _code(*HOW), "epoch": _COUNT},
        told=gettext_noop("Joined your video visit"),
    ),
    EventSpec(
        Event.SEAT_LEFT,
        gettext_noop("Somebody was no longer in their seat of a video visit."),
        {"seat": _code(*ROLES), "why": _code(*PARTED)},
        told=gettext_noop("Left your video visit"),
    ),
    EventSpec(
        Event.VISIT_CONFIRMED,
        gettext_noop("The opening questions of a video visit were answered and kept."),
        {"safe": _code(*SAFE)},
        told=gettext_noop("Answered the opening questions of your video visit"),
    ),
    EventSpec(
        Event.VISIT_OVER,
        gettext_noop("A video visit was over."),
        {"why": _code(*ENDINGS)},
        told=gettext_noop("Ended your video visit"),
    ),
    EventSpec(
        Event.VISIT_FOLLOWED,
        gettext_noop("Somebody opened a video visit and followed it live."),
        told=gettext_noop("Opened the page of your video visit"),
    ),
    EventSpec(
        Event.VISIT_READ,
        gettext_noop("Somebody opened the page of a video visit."),
        told=gettext_noop("Opened the page of your video visit"),
    ),
    EventSpec(
        Event.ARRIVALS_READ,
        gettext_noop("Somebody saw in a list who waits for a video visit."),
        {"visits": _COUNT},
        told=gettext_noop("Saw in a list that you wait for a video visit"),
    ),
)
