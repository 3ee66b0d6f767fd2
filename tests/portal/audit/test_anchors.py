"""What is held against the database: at the start, on other disks, and for whoever watches."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from portal.audit import tasks
from portal.audit.selectors import anchor
from portal.audit.selectors.health import health
from tests.portal.audit.intruder import drop_guards, forget, intruder
from tests.portal.audit.scenes import CLERK, committed, seen_often, signed

pytestmark = [committed, pytest.mark.feature("A2", "A3")]


def test_a_log_that_was_rewritten_while_nothing_ran_is_found_out_at_the_start(
    caplog: pytest.LogCaptureFixture,
):
    seen_often(CLERK, 10)
    signed()
    with intruder() as hand:
        drop_guards(hand)
        hand.execute(
            "UPDATE audit_leaf SET leaf_hash = (SELECT leaf_hash FROM audit_leaf WHERE seq = 3) "
            "WHERE seq = 4"
        )
    assert not anchor.is_behind()

    tasks.Keeper().sign()

    assert [record.levelname for record in caplog.records] == ["CRITICAL"]


def test_the_anchor_is_copied_to_other_disks_and_each_copy_is_compared(
    tmp_path: Path, settings: LazySettings, caplog: pytest.LogCaptureFixture
):
    here, away = tmp_path / "other" / "checkpoint", tmp_path / "file" / "checkpoint"
    away.parent.write_text("no folder")
    settings.ANCHOR_COPIES = [here, away]
    seen_often(CLERK, 3)
    signed()
    seen_often(CLERK, 3)
    kept = signed()

    assert here.read_text() == kept.note
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    settings.ANCHOR_FILE.unlink()
    forget(2)
    assert "the anchor 6" in anchor.standing().alarm


def test_health_says_in_a_code_whether_the_log_is_well():
    seen_often(CLERK, 3)
    kept = signed()
    well = health()
    forget(1)
    ill = health()

    assert (well.is_well, well.size, well.signed, well.epoch, well.why) == (True, 3, 3, 1, "")
    assert well.signed_at == kept.signed_at
    assert (ill.is_well, ill.size, ill.why) == (False, 1, "behind")
    assert "restored" in ill.alarm
