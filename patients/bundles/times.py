"""FHIR's dates and times, which may be as vague as a year."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from patients.bundles.shapes import Node

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}):(\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})")


def day_of(node: Node, name: str) -> str:
    """The date in this field: YYYY, YYYY-MM or YYYY-MM-DD, a day that exists; empty if none.

    A time that follows is cut off: FHIR writes a death as a date or as an instant.
    """
    text = node.text(name, most=40)
    if not text:
        return ""
    day = text.partition("T")[0]
    if _span(day) is None:
        node.refuse("is not a date (YYYY, YYYY-MM or YYYY-MM-DD)", name)
    return day


def start_of(node: Node, name: str, zone: tzinfo) -> datetime | None:
    """The first instant of what this field names."""
    found = _instants(node, name, zone)
    return found[0] if found else None


def end_of(node: Node, name: str, zone: tzinfo) -> datetime | None:
    """The last instant of what this field names: of a whole day, its last microsecond."""
    found = _instants(node, name, zone)
    return found[1] if found else None


def _instants(node: Node, name: str, zone: tzinfo) -> tuple[datetime, datetime] | None:
    text = node.text(name, most=40)
    if not text:
        return None
    try:
        if found := _INSTANT.fullmatch(text):
            at = _instant(*found.groups())
            return at, at
        if span := _span(text):
            first, after = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in span)
            return first.astimezone(UTC), after.astimezone(UTC) - timedelta(microseconds=1)
    except (ValueError, OverflowError):
        pass
    node.refuse("is not a date, nor an instant with its zone", name)


def _instant(minute: str, second: str, fraction: str | None, zone: str) -> datetime:
    """The instant. A leap second is taken for the second before it, which clocks repeat."""
    micros = (fraction or "0")[:6].ljust(6, "0")
    written = f"{minute}:{min(int(second), 59) if second == '60' else second}.{micros}"
    return datetime.fromisoformat(written + zone.replace("Z", "+00:00")).astimezone(UTC)


def _span(text: str) -> tuple[date, date] | None:
    """The first day of what is named and the day after its last; None if it is no date."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first + timedelta(days=1)
        if month:
            return first, date(year + month // 12, month % 12 + 1, 1)
        return first, date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None
