"""A clock that is put forward or back while the portal runs: an alarm and an entry, no disorder."""

from datetime import timedelta

import pytest

from portal.audit.models import Entry, EntryDetail
from portal.audit.readings.details import Opener
from portal.audit.readings.verify import verify
from portal.audit.tasks import Keeper
from portal.kernel import clock
from tests.portal.audit.scenes import CLERK, committed, numbered, seen_often

pytestmark = [committed, pytest.mark.feature("A2")]


def steps():
    """The entries about it, oldest first."""
    return list(Entry.objects.filter(event="audit.clock-stepped").order_by("pk"))


@pytest.mark.parametrize(("hours", "way"), [(-1, "back"), (1, "forward")])
def test_a_step_is_told_of_once_and_is_an_entry(hours, way, caplog):
    keeper = Keeper()
    seen_often(CLERK, 2)
    keeper.watch_clock()

    with clock.moved(by=timedelta(hours=hours)):
        keeper.watch_clock()
        seen_often(CLERK, 2)
        keeper.watch_clock()
        (entry,) = steps()

    assert [row.getMessage() for row in caplog.records if row.levelname == "CRITICAL"] == [
        f"the clock was put {way} by 3600 s"
    ]
    sealed = bytes(EntryDetail.objects.get(pk=entry.pk).sealed)
    told = dict(Opener().open(entry.pk, None, sealed).details)
    assert (told["seconds"], told["way"]) == (3600, way)
    numbered()
    assert verify().holds


def test_a_clock_that_is_put_right_a_little_is_nothing():
    keeper = Keeper()

    with clock.moved(by=timedelta(seconds=1.5)):
        keeper.watch_clock()

    assert steps() == []


def test_an_entry_that_cannot_be_left_stops_nothing(monkeypatch, caplog):
    def away(*given, **words):
        raise RuntimeError("the database is away")

    monkeypatch.setattr("portal.audit.actions.record_alone", away)
    keeper = Keeper()

    with clock.moved(by=timedelta(hours=1)):
        keeper.watch_clock()

    assert "entries are safe" in caplog.text
