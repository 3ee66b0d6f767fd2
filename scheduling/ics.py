"""An appointment as a calendar file (RFC 5545). Pure.

It says when, and nothing about why: no name of a patient, no kind of visit, no reason. The time
stands in the clinic's own zone, with that zone's rules written out, and means one instant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vUri,
)

MEDIA_TYPE = "text/calendar"
MAKER = "-//Telehealth portal//Appointments//EN"
AROUND = timedelta(days=400)
"""How far from the appointment its zone's rules reach, on both sides."""
_STEP = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a calendar is told. `sequence` rises with every change, `uid` never changes.

    The words are ready to be read. `attendee` is an e-mail address: with one, the file asks for a
    place in that calendar (REQUEST); without one it is for whoever fetched it (PUBLISH).
    """

    uid: UUID
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    stamped_at: datetime
    summary: str
    words: str
    clinic: str
    address: str
    is_cancelled: bool = False
    attendee: str = ""

    @property
    def method(self) -> str:
        """What the file asks a calendar to do."""
        if self.is_cancelled:
            return "CANCEL"
        return "REQUEST" if self.attendee else "PUBLISH"


def packed(given: Invitation) -> bytes:
    """The file: lines folded at 75 bytes and ended as calendars want them."""
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", given.method)
    if not _is_second_time_round(given):
        calendar.add_component(_rules(given))
    calendar.add_component(_event(given))
    made: bytes = calendar.to_ical()
    return made


def named(given: Invitation) -> str:
    """What the file is called: it tells nothing either."""
    return "cancelled.ics" if given.is_cancelled else "appointment.ics"


def _event(given: Invitation) -> Event:
    zone = UTC if _is_second_time_round(given) else ZoneInfo(given.zone)
    event = Event()
    event.add("uid", str(given.uid))
    event.add("sequence", given.sequence)
    event.add("dtstamp", given.stamped_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", given.starts_at.astimezone(zone))
    event.add("dtend", given.ends_at.astimezone(zone))
    event.add("summary", given.summary)
    event.add("description", given.words)
    event.add("url", vUri(given.address))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if given.is_cancelled else "OPAQUE")
    event.add("status", "CANCELLED" if given.is_cancelled else "CONFIRMED")
    clinic = vCalAddress(given.address)
    clinic.params["CN"] = given.clinic
    event.add("organizer", clinic)
    if given.attendee:
        guest = vCalAddress(f"mailto:{given.attendee}")
        guest.params |= {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
        event.add("attendee", guest)
    return event


def _is_second_time_round(given: Invitation) -> bool:
    """True in the hour that the clocks live through twice, which a wall time cannot name."""
    zone = ZoneInfo(given.zone)
    return any(at.astimezone(zone).fold for at in (given.starts_at, given.ends_at))


def _rules(given: Invitation) -> Timezone:
    """The zone's rules around the appointment, for a calendar that has none or old ones."""
    zone, rules = ZoneInfo(given.zone), Timezone()
    rules.add("tzid", given.zone)
    first = given.starts_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - AROUND
    rules.add_component(_rule(first, first, zone))
    for before, after in _changes(zone, first, given.ends_at.astimezone(UTC) + AROUND):
        rules.add_component(_rule(before, after, zone))
    return rules


def _rule(before: datetime, after: datetime, zone: ZoneInfo) -> TimezoneStandard | TimezoneDaylight:
    """What holds from an instant on: it begins at the wall time of the rule before it."""
    was, now = before.astimezone(zone), after.astimezone(zone)
    rule = TimezoneDaylight() if now.dst() else TimezoneStandard()
    rule.add("dtstart", (after + (was.utcoffset() or timedelta())).replace(tzinfo=None))
    rule.add("tzoffsetfrom", was.utcoffset())
    rule.add("tzoffsetto", now.utcoffset())
    rule.add("tzname", now.tzname())
    return rule


def _changes(
    zone: ZoneInfo, first: datetime, last: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """A second before and the first second after every change of the clocks, in order."""
    at = first
    while at < last:
        after = at + _STEP
        if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            change = _first_second(zone, at, after)
            yield change - timedelta(seconds=1), change
        at = after


def _first_second(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """Where between these two the clocks change, to the second."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        same = middle.astimezone(zone).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    return high
