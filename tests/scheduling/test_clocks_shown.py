"""Every time is shown on two clocks where they differ, on pages and in the file for a calendar."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse
from icalendar import Calendar

from portal.accounts import actions as accounts
from portal.kernel import door
from scheduling.readings.times import shown
from tests.cast import Someone, browser
from tests.scheduling.desk import (
    booked_for_ada,
    text,
    zone,
)
from tests.scheduling.world import Times

pytestmark = pytest.mark.django_db


def event_of(made: bytes) -> Any:
    """The one event of a file."""
    (found,) = Calendar.from_ical(made).walk("VEVENT")
    return found


@pytest.mark.feature("S12")
def test_the_file_for_a_calendar_tells_when_and_not_why(times: Times, ada: Someone):
    row, who = booked_for_ada(times), browser(ada)
    where = reverse("scheduling:ics", args=[row.pk])

    first = who.get(where)
    times.cancel(row)
    last = who.get(where)

    assert first["Content-Type"].startswith("text/calendar")
    event, gone = event_of(first.content), event_of(last.content)
    assert event["UID"] == gone["UID"] == str(row.pk)
    assert event["DTSTART"].dt.astimezone(UTC) == row.starts_at
    assert gone["SEQUENCE"] > event["SEQUENCE"]
    assert gone["STATUS"] == "CANCELLED"
    told = first.content.decode().replace("\r\n ", "")
    assert "Video visit" not in told
    assert "itches" not in told
    assert "Cara" not in told


@pytest.mark.feature("S4", "S19")
def test_both_clocks_are_shown_to_somebody_elsewhere(times: Times, ada: Someone):
    row, who = booked_for_ada(times), browser(ada)

    who.post(reverse("scheduling:zone"), {"zone": "America/New_York", "next": "/visits/book/"})
    page = text(who.get(reverse("scheduling:booking", args=[row.pk])))

    here = row.starts_at.astimezone(zone("America/New_York")).strftime("%H:%M")
    there = row.starts_at.astimezone(zone("Europe/Berlin")).strftime("%H:%M")
    assert here in page
    assert f"{there} at the clinic" in page
    assert "New York time" in page


@pytest.mark.feature("S19")
def test_the_hour_that_comes_twice_says_which_it_is(times: Times):
    first = shown(datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "Europe/Berlin")
    second = shown(datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "Europe/Berlin")
    usual = shown(datetime(2027, 10, 31, 3, 30, tzinfo=UTC), "Europe/Berlin")

    assert (first.time, second.time, usual.time) == ("02:30 CEST", "02:30 CET", "04:30")
    assert shown(first.at, "America/New_York").other == "Sun 31 Oct, 02:30 CEST at the clinic"
    assert shown(first.at, "America/New_York").date == date(2027, 10, 30)


@pytest.mark.feature("S19")
@pytest.mark.parametrize("asked", ["Mars/Olympus", "", "../etc/passwd", "Europe/Berlin\x00"])
def test_a_clock_that_nobody_lives_by_is_refused(asked: str, ada: Someone):
    answer = browser(ada).post(reverse("scheduling:zone"), {"zone": asked, "next": ""})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "onwards", ["//evil.example", "https://evil.example", "javascript:1", "\\\\x"]
)
def test_the_choice_of_a_clock_leads_nowhere_else(onwards: str, ada: Someone):
    given = {"zone": "Europe/Paris", "next": onwards}

    answer = browser(ada).post(reverse("scheduling:zone"), given)

    assert answer["Location"] == reverse("scheduling:visits")


def test_the_first_page_leads_to_the_next_visit(times: Times, ada: Someone, cara: Someone):
    kind = times.open(cutoff_minutes=0)
    times.book(kind)

    assert "Video visit with Dr Cara" in text(browser(ada).get("/"))
    assert "Book a visit" in text(browser(ada).get("/"))
    door.run(accounts.set_zone, ada.actor, "Asia/Tokyo")
    assert "at the clinic" in text(browser(ada).get("/"))
    assert "Visits today" in text(browser(cara).get("/"))
