"""The clinic's day, its hours and its kinds of visits, on their pages."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.audit.actions import entries
from portal.kernel import clock
from portal.kernel.ids import new_id
from scheduling.forms import HoursForm, windows_text
from scheduling.models import Hours, State, TimeException, VisitType
from scheduling.readings import lines
from scheduling.readings.sheet import without
from tests.cast import Someone, browser
from tests.scheduling.desk import (
    booked_for_ada,
    confirm,
    only,
    press,
    text,
    zone,
)
from tests.scheduling.world import Times, at, tomorrow

pytestmark = pytest.mark.django_db


@pytest.mark.feature("S13")
def test_the_day_shows_who_comes_and_what_is_free(times: Times, sam: Someone, cara: Someone):
    row = booked_for_ada(times)
    day = row.starts_at.astimezone(zone("Europe/Berlin")).date().isoformat()
    where = reverse("scheduling:day")

    for who in (sam, cara):
        page = text(browser(who).get(where, {"date": day}))
        assert "Ada" in page
        assert "Video visit · Video" in page
        assert "Free" in page
        assert "It itches" not in page


def test_a_day_with_more_patients_than_an_entry_names_is_shown(
    times: Times, sam: Someone, monkeypatch: pytest.MonkeyPatch
):
    kind, cast = times.open(), times.world.cast
    times.book(kind, at(9))
    times.book(kind, at(10), cast.sam, patient=cast.ben_record)
    monkeypatch.setattr(entries, "MOST_PATIENTS", 1)
    monkeypatch.setattr(lines, "AT_ONCE", 1)

    answer = browser(sam).get(reverse("scheduling:day"), {"date": tomorrow().isoformat()})

    assert answer.status_code == 200
    assert "2 visits" in text(answer)


def test_an_entry_names_as_many_patients_as_a_list_tells_at_once():
    assert lines.AT_ONCE <= entries.MOST_PATIENTS


def test_the_front_desk_books_for_a_patient(times: Times, sam: Someone):
    kind, who = times.open(), browser(sam)

    found = who.post(reverse("scheduling:find"), {"text": "Ada"})
    assert f"?patient={times.world.cast.ada_record}" in found.content.decode()
    press(who, kind, times.world.cast.ada_record)
    confirm(who, only())

    assert only().state == State.BOOKED


def test_an_absence_is_in_the_way_and_can_be_taken_back(times: Times, cara: Someone):
    times.open()
    who = browser(cara)
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    given = {
        "command_id": new_id(), "person": cara.id, "kind": "away", "occasion": "leave",
        "first": day, "first_time": "08:00", "last": day, "last_time": "18:00",
    }  # fmt: skip

    added = who.post(reverse("scheduling:add-exception"), given, follow=True)
    assert "It is in the calendar." in text(added)
    assert "Away" in text(who.get(reverse("scheduling:day"), {"date": day}))
    row = TimeException.objects.get()
    gone = {"command_id": new_id(), "person": cara.id}
    who.post(reverse("scheduling:remove-exception", args=[row.pk]), gone)

    assert not TimeException.objects.exists()


def test_a_week_is_saved_as_it_was_typed_and_shown_again(times: Times, cara: Someone):
    who = browser(cara)
    given = {
        "command_id": new_id(), "zone": "Europe/Berlin", "day0": "9-12, 13:00–17:30",
        "day4": "08:15-24", "valid_from": clock.now().date().isoformat(),
    }  # fmt: skip

    page = who.post(reverse("scheduling:set-hours", args=[cara.id]), given, follow=True)

    assert "09:00-12:00, 13:00-17:30" in page.content.decode()
    assert Hours.objects.filter(person=cara.id).count() == 3


@pytest.mark.parametrize("typed", ["nine", "12-9", "9-25", "9:75-10", "9-9", "-", "9-12;13-14"])
def test_hours_that_make_no_sense_are_refused_beside_the_field(typed: str):
    form = HoursForm(
        {"command_id": new_id(), "zone": "UTC", "valid_from": "2027-01-01", "day2": typed}
    )

    assert not form.is_valid()
    assert list(form.errors) == ["day2"]


def test_windows_read_as_they_are_typed():
    assert windows_text([(540, 720), (780, 1440)]) == "09:00-12:00, 13:00-24:00"


def test_a_kind_of_visit_is_made_changed_and_offered(times: Times, sam: Someone, cara: Someone):
    who = browser(sam)
    given = {
        "command_id": new_id(), "name": "Blood pressure", "minutes": 10, "modes": ["in-person"],
        "before_minutes": 0, "after_minutes": 5, "step_minutes": 10, "notice_hours": 2,
        "cutoff_hours": 24, "horizon_days": 30, "is_active": "on", "bookable_by_patients": "on",
    }  # fmt: skip

    who.post(reverse("scheduling:types"), given)
    row = VisitType.objects.get()
    assert (row.after_minutes, row.notice_minutes, row.modes) == (5, 120, ("in-person",))
    offer = {"command_id": new_id(), "clinicians": [cara.id]}
    page = who.post(reverse("scheduling:offer", args=[row.pk]), offer, follow=True)
    assert "Offered by Dr Cara" in text(page)
    changed = given | {"command_id": new_id(), "type_id": row.pk, "minutes": 15}
    who.post(reverse("scheduling:types"), changed)

    assert VisitType.objects.get().minutes == 15


@given(st.data())
@settings(max_examples=200)
def test_what_is_free_is_what_is_open_and_not_taken(data):
    start = datetime(2027, 3, 28, tzinfo=UTC)
    pair = st.tuples(st.integers(0, 288), st.integers(1, 40))
    drawn = [data.draw(st.lists(pair, max_size=6)) for _kind in range(2)]
    spans = [[(five(start, a), five(start, a + n)) for a, n in some] for some in drawn]

    free = without(*spans)

    assert free == sorted(free)
    assert all(one[1] < two[0] for one, two in itertools.pairwise(free))
    for step in range(330):
        at = five(start, step)
        is_free = covers(spans[0], at) and not covers(spans[1], at)
        assert covers(free, at) == is_free


def five(start: datetime, steps: int) -> datetime:
    """So many five minutes later."""
    return start + timedelta(minutes=5 * steps)


def covers(spans, at: datetime) -> bool:
    """One of these stretches holds this instant."""
    return any(begins <= at < ends for begins, ends in spans)
