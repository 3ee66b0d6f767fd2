"""Checkpoints and the anchor: only what is committed, never two histories, never backwards."""

import shutil
import threading
from base64 import b64encode
from pathlib import Path

import pytest
from django.conf import LazySettings, settings

from portal.audit import actions, merkle, notes, tasks
from portal.audit.errors import SigningFrozen
from portal.audit.models import Checkpoint
from portal.audit.readings.verify import verify
from portal.audit.selectors import anchor, log, tree
from portal.audit.tasks import SIGNER
from portal.crypto.keyring import keyring
from portal.kernel import door
from portal.kernel.actor import Actor
from tests.portal.audit.intruder import drop_guards, forget, intruder
from tests.portal.audit.scenes import CLERK, committed, numbered, seen_often, signed

pytestmark = [committed, pytest.mark.feature("A2", "A3")]


def test_what_is_signed_is_size_and_root_of_the_committed_log(own_anchor: Path):
    seen_often(CLERK, 7)
    kept = signed()

    stated = notes.open_checkpoint(kept.note, log.signer().verifier)
    assert stated == notes.Checkpoint(log.signer().verifier.name, 7, tree.root(7))
    assert (kept.number, kept.size, bytes(kept.root)) == (0, 7, stated.root)
    assert own_anchor.read_text() == kept.note
    assert own_anchor.parent.stat().st_mode & 0o777 == 0o700


def test_the_log_s_name_is_host_installation_and_epoch():
    ring = keyring()

    assert log.signer().verifier.name == (f"{settings.LOG_HOST}/audit/{ring.installation}/1")


def test_an_empty_log_is_not_signed():
    assert actions.sign_checkpoint(SIGNER) is None
    assert not Checkpoint.objects.exists()


def test_a_log_that_did_not_grow_is_not_signed_again():
    seen_often(CLERK, 2)

    assert signed().pk == signed().pk == 0
    assert Checkpoint.objects.count() == 1


def test_each_checkpoint_continues_the_last():
    sizes = []
    for more in (3, 255, 300, 1):
        seen_often(CLERK, more)
        sizes.append(signed().size)

    roots = [bytes(kept.root) for kept in Checkpoint.objects.order_by("number")]
    for (size1, root1), (size2, root2) in zip(
        zip(sizes, roots, strict=True), list(zip(sizes, roots, strict=True))[1:], strict=False
    ):
        proof = merkle.consistency_proof(size1, size2, tree.fetch())
        merkle.check_consistency(size1, size2, root1, root2, proof)


def test_what_is_not_committed_is_not_signed():
    def sign_too_early(actor: Actor) -> None:
        actions.sign_checkpoint(actor)

    seen_often(CLERK, 1)
    with pytest.raises(door.DoorNested):
        door.run(sign_too_early, CLERK)

    assert not Checkpoint.objects.exists()


def test_a_crash_between_the_row_and_the_anchor_is_made_good(own_anchor: Path):
    seen_often(CLERK, 3)
    signed()
    before = own_anchor.read_bytes()
    seen_often(CLERK, 3)
    kept = signed()
    own_anchor.write_bytes(before)

    assert not anchor.standing().is_frozen
    assert anchor.is_behind()
    signed()

    assert own_anchor.read_text() == kept.note


def test_the_anchor_never_goes_back(own_anchor: Path):
    seen_often(CLERK, 3)
    older = signed()
    seen_often(CLERK, 3)
    newer = signed()

    actions.write_anchor(SIGNER, older)

    assert own_anchor.read_text() == newer.note


def test_a_restored_older_database_freezes_signing():
    seen_often(CLERK, 10)
    signed()
    seen_often(CLERK, 5)
    signed()
    forget(10)

    standing = anchor.standing()
    assert standing.is_frozen
    assert "restored from an older copy" in standing.alarm
    with pytest.raises(SigningFrozen, match="10 entries, the anchor 15"):
        actions.sign_checkpoint(SIGNER)
    assert not verify().holds


def test_a_restored_database_that_grew_again_is_still_found_out():
    seen_often(CLERK, 10)
    signed()
    seen_often(CLERK, 5)
    signed()
    forget(10)
    seen_often(CLERK, 8)
    numbered()

    assert "not those" in anchor.standing().alarm
    with pytest.raises(SigningFrozen):
        actions.sign_checkpoint(SIGNER)
    assert Checkpoint.objects.count() == 1


def test_a_rewritten_entry_of_the_same_size_freezes_signing():
    seen_often(CLERK, 10)
    signed()
    with intruder() as hand:
        drop_guards(hand)
        hand.execute(
            "UPDATE audit_leaf SET leaf_hash = (SELECT leaf_hash FROM audit_leaf WHERE seq = 3) "
            "WHERE seq = 4"
        )

    assert "not those" in anchor.standing().alarm


@pytest.mark.parametrize("content", [b"", b"nonsense", None])
def test_an_anchor_that_cannot_be_trusted_freezes_signing(own_anchor: Path, content: bytes | None):
    seen_often(CLERK, 2)
    signed()
    if content is None:
        stranger = notes.Signer(log.signer().verifier.name, bytes(32))
        content = notes.sign(
            notes.Checkpoint(stranger.verifier.name, 2, bytes(32)).text(), stranger
        ).encode()
    own_anchor.write_bytes(content)

    assert "cannot be trusted" in anchor.standing().alarm
    assert not verify().holds


def test_the_anchor_of_another_log_freezes_signing(own_anchor: Path):
    seen_often(CLERK, 2)
    kept = signed()
    own_anchor.write_text(kept.note.replace(str(keyring().installation), str(CLERK.id)))

    assert "another log" in anchor.standing().alarm


def test_a_changed_host_name_is_the_same_log(settings: LazySettings):
    seen_often(CLERK, 2)
    signed()
    settings.LOG_HOST = "moved.example"
    seen_often(CLERK, 2)

    kept = signed()

    assert kept.note.startswith("moved.example/audit/")
    assert verify().holds


def test_a_lost_checkpoint_row_freezes_signing():
    seen_often(CLERK, 2)
    signed()
    seen_often(CLERK, 2)
    signed()
    with intruder() as hand:
        drop_guards(hand)
        hand.execute("DELETE FROM audit_checkpoint WHERE number = 1")

    assert "has lost" in anchor.standing().alarm


def test_a_lost_anchor_is_reported_and_written_again(own_anchor: Path):
    seen_often(CLERK, 2)
    kept = signed()
    shutil.rmtree(own_anchor.parent)
    assert "no anchor file" in verify().findings[0].what

    signed()

    assert own_anchor.read_text() == kept.note
    assert verify().holds


def test_the_background_numbers_and_signs_within_a_second(own_anchor: Path):
    stop = threading.Event()
    keeper = threading.Thread(target=tasks.background, args=(stop,))
    keeper.start()
    seen_often(CLERK, 5)
    stop.set()
    keeper.join(30)

    # On stopping it finishes what it can; PostgreSQL may have an older transaction open.
    assert not keeper.is_alive()
    signed()
    assert tree.size() == 5
    assert own_anchor.exists()


def test_the_background_says_once_that_signing_is_frozen(caplog: pytest.LogCaptureFixture):
    seen_often(CLERK, 3)
    signed()
    forget(1)
    keeper = tasks.Keeper()

    for _ in range(3):
        keeper.sign()

    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert b64encode(tree.root(1)).decode() not in caplog.text


def test_a_fault_is_said_once_and_so_is_its_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    keeper = tasks.Keeper()
    with monkeypatch.context() as broken:
        broken.setattr(anchor, "is_behind", lambda: 1 / 0)
        for _ in range(3):
            keeper.sign()
    seen_often(CLERK, 1)
    numbered()

    keeper.sign()
    keeper.sign()

    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert Checkpoint.objects.get().size == 1
