"""A short slice of each campaign, in the mode that the suite runs in."""

import asyncio
import os
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.conf import settings

from tests.campaigns import bookings, cuts, kills, revocations, rotations, upgrade
from tests.campaigns.hand import CAUSES

pytestmark = pytest.mark.slow
HEALED_WITHIN = 5.0
SLOWER = 3.0 if os.environ.get("CI") else 1.0
"""Machines of others are slower by so much, and say so by this variable."""


@pytest.mark.feature("M5", "X7")
def test_what_was_acknowledged_survives_ten_kills() -> None:
    seed = random.SystemRandom().randrange(10**6)

    run = kills.campaign(sends=1_000, kills=10, seed=seed, scaled=bool(settings.REDIS_URL))

    assert run.verdict is not None
    assert run.verdict.is_clean, run.line()
    assert run.kills == 10
    assert "holds" in run.log


@pytest.mark.timeout(600)
@pytest.mark.feature("M25")
def test_a_rotation_that_is_killed_leaves_nothing_unreadable() -> None:
    seed = random.SystemRandom().randrange(10**6)

    run = rotations.campaign(patients=30, kills=3, seed=seed, scaled=bool(settings.REDIS_URL))

    assert run.is_clean, run.figures()
    assert run.kills == 3


@pytest.mark.feature("I8", "I9")
def test_a_right_that_is_taken_away_counts_in_open_pages_within_a_second() -> None:
    run = asyncio.run(
        revocations.campaign(
            repetitions=len(CAUSES), scaled=bool(settings.REDIS_URL), within=1.0 * SLOWER
        )
    )

    assert not run.faults, run.line()
    assert run.took.keys() == {*CAUSES}


@pytest.mark.feature("M5")
def test_every_device_ends_equal_within_seconds_after_a_bad_network(
    record_property: Callable[[str, object], None],
) -> None:
    seed = random.SystemRandom().randrange(10**6)

    run, healed = cuts.campaign(sends=240, seed=seed, scaled=bool(settings.REDIS_URL))

    assert run.verdict is not None
    assert run.verdict.is_clean, run.line("cuts")
    assert run.kills > 0
    record_property("healed", str(healed))
    assert healed.own < HEALED_WITHIN * SLOWER, f"seed {seed}: {healed}"


@pytest.mark.feature("S6")
def test_of_forty_threads_one_has_the_time_and_nobody_loses_one_in_a_move() -> None:
    seed = random.SystemRandom().randrange(10**6)

    run = bookings.campaign(rounds=2, threads=40, seed=seed, scaled=bool(settings.REDIS_URL))

    assert run.is_clean, run.line()


@pytest.mark.pure
@pytest.mark.parametrize(
    "lack",
    [
        {"opened": 1},
        {"threads": 0, "opened": 0},
        {"went_on": False},
        {"entries": "?"},
        {"back": "?"},
    ],
    ids=str,
)
def test_an_upgrade_that_lost_something_is_told_from_a_whole_one(lack) -> None:
    whole = upgrade.Upgrade(
        "x", threads=2, opened=2, entries=upgrade.HOLDS, went_on=True, back=upgrade.BACK
    )

    assert upgrade.is_clean(whole)
    assert not upgrade.is_clean(replace(whole, **lack))


@pytest.mark.timeout(600)
@pytest.mark.feature("X7")
def test_the_data_of_an_older_version_is_whole_after_the_upgrade_and_can_go_back() -> None:
    try:
        run = upgrade.campaign(
            upgrade.versions()[0], conversations=2, scaled=bool(settings.REDIS_URL)
        )
    except upgrade.NoHistory as lack:
        pytest.skip(f"an upgrade needs the older code, and {lack}")

    assert upgrade.is_clean(run), run.line()
