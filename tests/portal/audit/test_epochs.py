"""The way out of a frozen log: another name and key, the old log kept, nothing signed twice."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from portal.audit import actions, notes
from portal.audit.errors import EpochRefused, SigningFrozen
from portal.audit.models import Checkpoint, Entry
from portal.audit.readings.details import Opener
from portal.audit.readings.verify import verify
from portal.audit.selectors import anchor, instance, log, tree
from portal.audit.tasks import SIGNER
from portal.crypto.keyring import keyring
from tests.portal.audit.intruder import Refused, a_restored_log, drop_guards, forget, intruder
from tests.portal.audit.scenes import CLERK, committed, numbered, seen_often, signed

pytestmark = [
    committed,
    pytest.mark.usefixtures("own_keys", "one_root_a_size"),
    pytest.mark.feature("A2", "A3"),
]


def told(entry: Entry) -> dict[str, Any]:
    """What an entry says."""
    sealed = bytes(entry.detail.sealed)
    return dict(Opener().open(entry.pk, None, sealed).details)


def test_while_signing_is_frozen_entries_are_left_as_ever():
    a_restored_log()
    with pytest.raises(SigningFrozen):
        actions.sign_checkpoint(SIGNER)

    seen_often(CLERK, 2)
    numbered()

    assert Entry.objects.count() == 12


def test_a_new_epoch_names_the_last_checkpoint_of_the_old_one_and_is_signed(own_anchor: Path):
    last = a_restored_log()
    seen_often(CLERK, 2)
    old = log.signer().verifier

    kept = actions.begin_epoch(CLERK, reason="restore")

    new = log.signer().verifier
    assert new.name == old.name.removesuffix("/1") + "/2"
    assert new.public_key != old.public_key
    assert notes.open_checkpoint(kept.note, new) == notes.Checkpoint(new.name, 13, tree.root(13))
    begun = Entry.objects.get(event="audit.epoch-begun")
    assert begun.placed.seq == 12
    details = told(begun)
    assert (details["reason"], details["after"], details["size"]) == ("restore", 1, 15)
    assert details["root"] == last.root.hex()
    assert own_anchor.read_text() == kept.note
    aside = own_anchor.with_name("checkpoint-before-2")
    assert log.checkpoint_in(aside.read_bytes()) == last


def test_after_a_new_epoch_signing_goes_on_and_the_whole_log_holds():
    a_restored_log()
    actions.begin_epoch(CLERK, reason="restore")
    seen_often(CLERK, 9)

    signed()

    assert not anchor.standing().is_frozen
    verdict = verify()
    assert verdict.holds, verdict.findings
    assert (verdict.size, verdict.signed, verdict.checkpoints) == (20, 20, 3)
    assert [*Checkpoint.objects.order_by("number").values_list("epoch", "size")] == [
        (1, 10),
        (2, 11),
        (2, 20),
    ]


def test_the_old_log_is_still_checked_with_its_own_key():
    a_restored_log()
    old = log.signer().verifier
    actions.begin_epoch(CLERK, reason="restore")
    with intruder() as hand:
        drop_guards(hand)
        hand.execute(
            "UPDATE audit_entry SET event = 'other.event' WHERE id IN "
            "(SELECT entry_id FROM audit_leaf WHERE seq = 4)"
        )

    kept = Checkpoint.objects.get(number=0)
    assert notes.open_checkpoint(kept.note, old).root == tree.root(10)
    first = verify().first
    assert first is not None
    assert first.seq == 4


def test_a_log_whose_end_was_cut_off_is_signed_below_its_old_checkpoints_and_still_named():
    seen_often(CLERK, 10)
    signed()
    seen_often(CLERK, 5)
    signed()
    with intruder() as hand:
        drop_guards(hand)
        late = "(SELECT entry_id FROM audit_leaf WHERE seq >= 12)"
        hand.execute(f"DELETE FROM audit_detail WHERE entry_id IN {late}")
        hand.execute(f"DELETE FROM audit_entry WHERE id IN {late}")
        hand.execute("DELETE FROM audit_leaf WHERE seq >= 12")

    kept = actions.begin_epoch(CLERK, reason="tampered")

    assert (kept.epoch, kept.size) == (2, 13)
    assert not anchor.standing().is_frozen
    # What was lost stays lost: a new epoch makes no old fault good.
    first = verify().first
    assert first is not None
    assert "signed over 15 entries" in first.what or "not those that checkpoint" in first.what


def test_nothing_is_signed_under_the_old_name_again():
    a_restored_log()
    actions.begin_epoch(CLERK, reason="restore")
    columns = "number, epoch, size, root, note, signed_at"

    with intruder() as hand, pytest.raises(Refused):
        hand.execute(
            f"INSERT INTO audit_checkpoint ({columns}) "
            "SELECT 2, 1, 11, root, note, signed_at FROM audit_checkpoint WHERE number = 0"
        )

    states = {key.id: key.state for key in keyring().keys if key.purpose == "log"}
    assert states == {"1": "decrypt-only", keyring().log_name: "active"}


def test_a_restored_second_epoch_freezes_again_and_its_way_out_is_a_third():
    a_restored_log()
    actions.begin_epoch(CLERK, reason="restore")
    seen_often(CLERK, 9)
    signed()
    forget(10)

    assert anchor.standing().why == "behind"
    seen_often(CLERK, 12)
    numbered()
    assert anchor.standing().why == "differs"
    kept = actions.begin_epoch(CLERK, reason="restore")

    assert kept.epoch == 3
    assert verify().holds


def test_a_log_that_was_never_signed_has_no_next_epoch():
    seen_often(CLERK, 2)

    with pytest.raises(EpochRefused, match="never signed"):
        actions.begin_epoch(CLERK, reason="restore")

    assert not Entry.objects.filter(event="audit.epoch-begun").exists()
    assert keyring().log_name.endswith("/1")


def test_an_anchor_that_cannot_be_trusted_is_set_aside(own_anchor: Path):
    seen_often(CLERK, 2)
    signed()
    own_anchor.write_text("nonsense")

    actions.begin_epoch(CLERK, reason="anchor")

    assert own_anchor.with_name("checkpoint-before-2").read_text() == "nonsense"
    assert not anchor.standing().is_frozen
    assert verify().holds


@pytest.fixture
def copied(tmp_path: Path, settings: LazySettings, own_anchor: Path) -> Path:
    """Three entries were signed; the folder of the anchor is now a copy of the one that was."""
    seen_often(CLERK, 3)
    signed()
    settings.ANCHOR_FILE = tmp_path / "copy" / "checkpoint"
    shutil.copytree(own_anchor.parent, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_copied_installation_signs_nothing_until_its_log_has_a_name_of_its_own(copied: Path):
    assert anchor.standing().why == "copy"
    assert anchor.is_behind()
    assert verify().holds
    with pytest.raises(SigningFrozen, match="copy"):
        actions.sign_checkpoint(SIGNER)
    original = log.signer().verifier.name.rpartition("/")[0]

    actions.begin_epoch(CLERK, reason="restore")

    assert not log.signer().verifier.name.startswith(original)
    assert not anchor.standing().is_frozen
    seen_often(CLERK, 3)
    signed()
    assert verify().holds


def test_another_machine_is_a_copy_too_and_an_unknown_one_is_none(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    actions.begin_epoch(CLERK, reason="copy")
    machine = tmp_path / "machine-id"
    monkeypatch.setattr(instance, "MACHINE_IDS", (machine,))

    assert not instance.is_copy()
    machine.write_text("0" * 32)
    (copied / "instance").write_text(instance.mark())
    assert not instance.is_copy()
    machine.write_text("1" * 32)
    assert instance.is_copy()
    (copied / "instance").write_text("nonsense")
    assert instance.is_copy()
    assert "1" * 32 not in instance.mark()


def test_a_process_that_began_before_the_epoch_learns_of_it(monkeypatch: pytest.MonkeyPatch):
    a_restored_log()
    before = keyring()
    kept = actions.begin_epoch(CLERK, reason="restore")
    rings = [before]
    monkeypatch.setattr(log, "keyring", lambda: rings[-1])
    monkeypatch.setattr(log, "reread", lambda: rings.append(keyring()))

    assert log.checkpoint_in(kept.note).size == kept.size
    assert log.epoch() == 2


def test_an_old_keyring_beside_a_new_log_signs_nothing(tmp_path: Path, settings: LazySettings):
    a_restored_log()
    shutil.copytree(settings.KEY_DIR, tmp_path / "old-keys")
    actions.begin_epoch(CLERK, reason="restore")
    settings.KEY_DIR = tmp_path / "old-keys"

    assert anchor.standing().why == "anchor"
    settings.ANCHOR_FILE.unlink()
    assert anchor.standing().why == "keyring"


def test_another_machine_s_anchor_of_the_old_epoch_is_merely_old(own_anchor: Path):
    seen_often(CLERK, 3)
    signed()
    before = own_anchor.read_bytes()
    actions.begin_epoch(CLERK, reason="key")
    own_anchor.write_bytes(before)

    assert not anchor.standing().is_frozen
    assert verify().holds
    assert anchor.is_behind()
    kept = signed()
    assert own_anchor.read_text() == kept.note
