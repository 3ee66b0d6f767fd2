"""Fifty falsified logs, each found out and named; fifty sound ones, none suspected."""

from pathlib import Path

import pytest

from tests.campaigns.tamper import CHECKPOINTS, ENTRIES, campaign
from tests.portal.audit.scenes import a_log, committed


@committed
@pytest.mark.slow
@pytest.mark.feature("A2")
def test_every_falsification_is_found_and_no_sound_log_is_suspected(own_anchor: Path):
    a_log(ENTRIES, checkpoints=CHECKPOINTS)

    tally = campaign(50, seed=7, anchor=own_anchor)

    assert tally.missed == []
    assert tally.clean_alarms == 0
    assert tally.is_perfect
