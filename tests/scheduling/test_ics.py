"""A calendar file names one instant in every zone, and tells nothing else. Read back by others."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from scheduling.ics import Invitation, named, packed

pytestmark = [pytest.mark.pure, pytest.mark.feature("S12")]

UID = UUID("0193a1d2-0000-7000-8000-000000000001")
ZONES = [
    "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "Australia/Lord_Howe",
    "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "America/Santiago", "UTC",
]  # fmt: skip
YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def invitation(at: datetime = datetime(2026, 11, 27, 13, 30, tzinfo=UTC), **given) -> Invitation:
    """An appointment of twenty minutes."""
    usual = Invitation(
        uid=UID,
        sequence=0,
        starts_at=at,
        ends_at=at + timedelta(minutes=20),
        zone="Europe/Berlin",
        stamped_at=datetime(2026, 11, 24, 9, 0, 0, 123, tzinfo=UTC),
        summary="Appointment · Lindenhof",
        words="14:30 at the clinic, Berlin time.\n13:30 where you are, London time.",
        clinic='Lindenhof; "Family", Clinic',
        address="https://portal.example.org/visits/",
    )
    return replace(usual, **given)


def event(made: bytes) -> Any:
    """The one event of a file."""
    (found,) = Calendar.from_ical(made).walk("VEVENT")
    return found


def instant(made: bytes, name: str) -> datetime:
    """What a line means to a reader that knows no zone but the rules in this file."""
    said = made.decode().partition("BEGIN:VEVENT")[2]
    found = re.search(rf"^{name}(?:;TZID=([^:]+))?:(\d{{8}}T\d{{6}})(Z?)\r$", said, re.M)
    assert found, made.decode()
    zone, wall, is_utc = found.groups()
    at = datetime.strptime(wall, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time, for now
    if is_utc:
        return at.replace(tzinfo=UTC)
    rules = tz.tzical(io.StringIO(made.decode().replace("\r\n", "\n"))).get(zone)
    return at.replace(tzinfo=rules).astimezone(UTC)


@settings(max_examples=400)
@given(st.integers(0, 3 * 366 * 24 * 12), st.sampled_from(ZONES))
def test_the_file_means_the_same_instant_to_a_stranger(five_minutes, zone):
    at = YEAR + timedelta(minutes=5 * five_minutes)
    made = packed(invitation(at, zone=zone))

    assert instant(made, "DTSTART") == at
    assert instant(made, "DTEND") == at + timedelta(minutes=20)


@pytest.mark.parametrize("zone", ZONES)
def test_every_quarter_of_an_hour_around_a_change_of_the_clocks(zone):
    for change in changes(ZoneInfo(zone)):
        for quarter in range(-16, 17):
            at = change + timedelta(minutes=15 * quarter)
            made = packed(invitation(at, zone=zone))
            assert instant(made, "DTSTART") == at, at
            assert instant(made, "DTEND") == at + timedelta(minutes=20), at


def changes(zone: ZoneInfo) -> list[datetime]:
    """The full hours of 2026 and 2027 after which the offset is another."""
    hours = [YEAR + timedelta(hours=n) for n in range(2 * 365 * 24)]
    offsets = [at.astimezone(zone).utcoffset() for at in hours]
    return [hours[n] for n in range(1, len(hours)) if offsets[n] != offsets[n - 1]]


def test_the_hour_that_comes_twice_is_told_apart():
    first = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    second = first + timedelta(hours=1)

    assert b"DTSTART;TZID=Europe/Berlin:20261025T021500" in packed(invitation(first))
    assert b"DTSTART:20261025T011500Z" in packed(invitation(second))


def test_a_change_keeps_the_uid_and_raises_the_sequence():
    booked, moved = packed(invitation()), packed(invitation(sequence=1))

    assert event(booked)["UID"] == event(moved)["UID"] == str(UID)
    assert (event(booked)["SEQUENCE"], event(moved)["SEQUENCE"]) == (0, 1)


def test_a_cancelled_appointment_frees_the_time():
    made = packed(invitation(is_cancelled=True, sequence=2, attendee="ada@example.org"))

    assert Calendar.from_ical(made)["METHOD"] == "CANCEL"
    assert event(made)["STATUS"] == "CANCELLED"
    assert event(made)["TRANSP"] == "TRANSPARENT"


def test_a_file_for_an_address_asks_and_wants_no_answer():
    made = packed(invitation(attendee="ada@example.org"))

    assert Calendar.from_ical(made)["METHOD"] == "REQUEST"
    assert event(made)["ATTENDEE"] == "mailto:ada@example.org"
    assert event(made)["ATTENDEE"].params["RSVP"] == "FALSE"


def test_a_file_that_was_fetched_asks_nobody():
    made = packed(invitation())

    assert Calendar.from_ical(made)["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in event(made)


def test_lines_are_folded_and_ended_as_the_standard_says():
    words = "Grüße; aus, der Praxis\\n " * 20 + "😀" * 40
    made = packed(invitation(words=words))

    lines = made.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in made.replace(b"\r\n", b"")
    for line in lines:
        line.decode()  # no letter is cut in two
    assert event(made)["DESCRIPTION"] == words


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_words_cannot_add_lines(words):
    made = packed(invitation(words=words, clinic=words, summary=words))

    heads = [re.split(rb"[;:]", line)[0] for line in made.split(b"\r\n") if line[:1] != b" "]
    assert heads.count(b"BEGIN") == heads.count(b"END")
    assert heads.count(b"DTSTART") == heads.count(b"TZOFFSETTO") + 1
    assert heads.count(b"UID") == 1


def test_nothing_but_the_time_and_the_clinic_is_told():
    names = {name.upper() for name in event(packed(invitation()))}

    assert names == {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "CLASS",
        "TRANSP", "STATUS", "ORGANIZER",
    }  # fmt: skip
    assert event(packed(invitation()))["CLASS"] == "PRIVATE"


def test_the_name_of_the_file_tells_nothing():
    assert named(invitation()) == "appointment.ics"
    assert named(invitation(is_cancelled=True)) == "cancelled.ics"
