"""Booking."""

import pytest

pytestmark = pytest.mark.django_db(databases=["default", "shred"])


def test_smoke(times):
    kind = times.open()
    found = times.slots(kind)
    row = times.book(kind, reason="It itches")
    assert row.state == "booked"
    assert times.slots(kind)[0] != found[0]
    moved = times.move(row, found[5].starts_at)
    assert moved.revision == 1
    times.cancel(moved, times.world.cast.sam)
    assert times.slots(kind) == found
