"""From entries to lines: live views, counts, pages, and that the report stays flat as it grows."""

from datetime import timedelta
from importlib import import_module

import pytest

from messaging import readings as threads
from messaging.readings import ThreadTopic
from patients import readings
from patients.readings import Sought
from portal.audit import actions as audit
from portal.audit.selectors import entries as log
from portal.crypto import keys
from portal.kernel import clock, door
from tests.harness.growth import assert_flat
from tests.patients.reported import lines_by

pytestmark = pytest.mark.feature("A5")
# The function of the same name hides its module.
report_ = import_module("patients.readings.report")


def test_a_live_view_is_one_look_from_its_opening_to_its_close(cast, world, cara, monkeypatch):
    thread = world.thread(replies=3)
    start, topic = clock.now(), ThreadTopic()
    at(monkeypatch, start)
    threads.read_thread(cara.actor, thread)
    at(monkeypatch, start + timedelta(seconds=2))
    opening = topic.open(cara.actor, thread, 4)
    world.reply(thread, by=cast.ada)
    topic.more(cara.actor, thread, 4, opening.view)
    at(monkeypatch, start + timedelta(minutes=38))
    topic.close(cara.actor, thread, 5, opening.view)

    (line,) = lines_by(cast, cara, "Opened your messages")

    assert (line.times, line.span, line.is_open) == (1, (1, 5), False)
    assert (line.first_at, line.last_at) == (start, start + timedelta(minutes=38))
    assert (line.place, line.subject) == ("messaging:thread", str(thread))


def test_what_is_still_open_says_so_and_a_lost_end_does_not_stay_open(
    cast, world, cara, monkeypatch
):
    thread, start = world.thread(), clock.now()
    at(monkeypatch, start)
    ThreadTopic().open(cara.actor, thread, 0)

    (line,) = lines_by(cast, cara, "Opened your messages")
    assert line.is_open
    at(monkeypatch, start + timedelta(hours=13))
    (line,) = lines_by(cast, cara, "Opened your messages")
    assert not line.is_open


def test_visits_to_the_same_thread_are_counted(cast, world, cara, monkeypatch):
    thread, start = world.thread(), clock.now()
    for n in range(3):
        at(monkeypatch, start + timedelta(minutes=5 * n))
        threads.read_thread(cara.actor, thread)

    (line,) = lines_by(cast, cara, "Opened your messages")

    assert (line.times, line.first_at, line.last_at) == (3, start, start + timedelta(minutes=10))


def at(monkeypatch, instant):
    """It is this instant."""
    monkeypatch.setattr(clock, "now", lambda: instant)


def test_pages_follow_one_another_without_a_gap(cast, cara, monkeypatch):
    monkeypatch.setattr(report_, "PAGE", 4)
    start = clock.now()
    for n in range(9):
        at(monkeypatch, start + timedelta(hours=10 * n))
        readings.chart(cara.actor, cast.ada_record)

    counted, before = 0, None
    for _ in range(12):
        sought = Sought(who=cara.id, before=before)
        page = readings.report(cast.ada.actor, cast.ada_record, sought)
        counted += sum(line.times for day in page.days for p in day.people for line in p.lines)
        before = page.beyond
        if before is None:
            break

    assert (counted, before) == (9, None)


def test_a_look_through_others_entries_is_bounded_and_goes_on(cast, cara, monkeypatch):
    monkeypatch.setattr(log, "AT_ONCE", 5)
    monkeypatch.setattr(log, "MOST_SCANNED", 10)
    for _ in range(25):
        readings.chart(cara.actor, cast.ada_record)

    sought, seen = Sought(who=cast.pia.id), 0
    while True:
        page = readings.report(cast.ada.actor, cast.ada_record, sought)
        seen += 1
        assert page.days == []
        if page.beyond is None:
            break
        sought = Sought(who=cast.pia.id, before=page.beyond)

    assert seen > 2


def test_the_report_costs_the_same_for_few_entries_and_for_many(cast, cara, ada):
    readings.chart(cara.actor, cast.ada_record)

    def look():
        keys.CACHE.empty()
        readings.report(ada.actor, cast.ada_record, Sought())

    def grow():
        door.run(_often, cara.actor, cast.ada_record, 450)

    assert_flat(look, grow=grow)


def _often(actor, patient_id, times):
    for _ in range(times):
        audit.record(actor, "chart.read", patient=patient_id, encounters=0)
