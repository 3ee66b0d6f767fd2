"""The machine stops at each point of signing and of beginning an epoch; then it starts again."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.audit import actions, notes, tasks
from portal.audit.actions import checkpoints, epochs
from portal.audit.models import Checkpoint
from portal.audit.readings.verify import verify
from portal.audit.selectors import anchor, log
from portal.audit.tasks import SIGNER
from portal.kernel import door
from tests.portal.audit.intruder import a_restored_log
from tests.portal.audit.scenes import CLERK, committed, numbered, seen_often, signed

pytestmark = [
    committed,
    pytest.mark.usefixtures("own_keys", "one_root_a_size"),
    pytest.mark.feature("A2", "A3"),
]


class PowerCut(BaseException):
    """The machine stops here."""


# Where the machine may stop while it signs, in order (design, §3.6: commit, sign, row, anchor).
def stop(*args: Any, **words: Any) -> Any:
    """The machine stops instead."""
    raise PowerCut


def stop_at_folder(path: Any, flags: int, *more: Any, **words: Any) -> int:
    """The machine stops before a folder is synced."""
    if flags & os.O_DIRECTORY:
        raise PowerCut
    return OPEN(path, flags, *more, **words)


def stop_after(function: Callable[..., Any]) -> Callable[..., Any]:
    """The machine stops once this is done."""

    def stopped(*args: Any, **words: Any) -> Any:
        function(*args, **words)
        raise PowerCut

    return stopped


OPEN = os.open
WHILE_SIGNING: dict[str, tuple[Any, str, Any]] = {
    "committed, not signed": (notes, "sign", stop),
    "signed, not kept": (door, "run", stop),
    "kept, not anchored": (checkpoints, "_anchor", stop),
    "the anchor drafted, not synced": (os, "fsync", stop),
    "the anchor synced, not renamed": (Path, "replace", stop),
    "the anchor renamed, its folder not synced": (os, "open", stop_at_folder),
    "anchored, not published": (checkpoints, "write_anchor", stop_after(actions.write_anchor)),
}


@pytest.mark.parametrize("where", WHILE_SIGNING)
def test_stopping_while_it_signs_costs_nothing(
    where: str, monkeypatch: pytest.MonkeyPatch, own_anchor: Path
):
    seen_often(CLERK, 5)
    signed()
    seen_often(CLERK, 5)
    numbered()

    with monkeypatch.context() as broken, pytest.raises(PowerCut):
        broken.setattr(*WHILE_SIGNING[where])
        actions.sign_checkpoint(SIGNER)

    stood = anchor.anchored()
    assert stood is not None
    assert stood.size in {5, 10}
    assert Checkpoint.objects.filter(size=stood.size).exists()
    assert not anchor.standing().is_frozen
    assert verify().holds
    seen_often(CLERK, 3)
    assert log.checkpoint_in(own_anchor.read_bytes()).size <= signed().size
    assert own_anchor.read_text() == Checkpoint.objects.latest("number").note
    assert verify().holds


WHILE_BEGINNING: dict[str, tuple[Any, str, Any]] = {
    "recorded, the keyring as it was": (epochs, "change", stop),
    "the keyring changed, not numbered": (epochs, "_number", stop),
    "numbered, not signed": (epochs, "keep_signed", stop),
    "signed, not kept": (door, "run", None),
    "kept, the old anchor not set aside": (epochs, "set_anchors_aside", stop),
    "set aside, not anchored": (epochs, "write_anchor", stop),
}


@pytest.mark.parametrize("where", WHILE_BEGINNING)
def test_stopping_while_an_epoch_begins_leaves_a_log_that_can_begin_it_again(
    where: str, monkeypatch: pytest.MonkeyPatch
):
    a_restored_log()
    place, name, instead = WHILE_BEGINNING[where]
    if instead is None:
        run = door.run

        def instead(action: Any, *args: Any, **words: Any) -> Any:
            return stop() if action is checkpoints._keep else run(action, *args, **words)

    with monkeypatch.context() as broken, pytest.raises(PowerCut):
        broken.setattr(place, name, instead)
        actions.begin_epoch(CLERK, reason="restore")

    tasks.Keeper().sign()
    signed_alone = Checkpoint.objects.filter(epoch__gt=1).exists()
    assert signed_alone == where.startswith(("kept", "set aside"))
    actions.begin_epoch(CLERK, reason="restore")
    seen_often(CLERK, 3)
    signed()
    assert not anchor.standing().is_frozen
    assert verify().holds
