"""The one clock: aware, in UTC, and in the hands of tests."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from portal.kernel import clock

pytestmark = pytest.mark.pure
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_an_instant_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_frozen_clock_stands_still_and_goes_on_afterwards():
    with clock.frozen(NOON):
        assert clock.now() == clock.now() == NOON

    assert clock.now() > NOON - timedelta(days=365 * 5)
    assert clock.now() != clock.now() or clock.now() != NOON


def test_a_moved_clock_runs_on_and_moves_add_up():
    hour = timedelta(hours=1)

    with clock.moved(by=hour), clock.moved(by=hour):
        ahead = clock.now() - datetime.now(UTC)

    assert abs(ahead - 2 * hour) < timedelta(seconds=5)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_clock_goes_on_after_an_error():
    with pytest.raises(ZeroDivisionError), clock.frozen(NOON):
        raise ZeroDivisionError

    assert clock.now() != NOON


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (NOON, "2026-11-22T12:00:00.000000Z"),
        (NOON.replace(microsecond=7), "2026-11-22T12:00:00.000007Z"),
        (NOON.astimezone(timezone(timedelta(hours=5, minutes=45))), "2026-11-22T12:00:00.000000Z"),
    ],
)
def test_an_instant_has_one_spelling(instant, text):
    assert clock.stamp(instant) == text
