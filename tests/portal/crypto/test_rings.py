"""The ring changes under running processes: whole, one change after the other, seen at once."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.conf import settings

from portal.crypto import keys, rings
from portal.crypto.keyring import FILE, Keyring, KeyringRefused, keyring, load, put, reread
from portal.crypto.models import PatientKey
from portal.kernel import clock
from portal.kernel.ids import new_id
from tests.portal.crypto.scenes import stored


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, settings: Any) -> Path:
    """A copy of the worker's keyring that this test may change."""
    place = tmp_path / "keys"
    shutil.copytree(settings.KEY_DIR, place)
    settings.KEY_DIR = place
    return place


def added(place: Path) -> str:
    """A new KEK is active."""
    kek = rings.new_kek_id()
    rings.change(place, lambda ring: rings.with_kek(ring, kek, clock.now()))
    rings.change(place, lambda ring: rings.with_active(ring, kek))
    return kek


def test_a_new_kek_is_seen_without_a_restart(own_keys: Path):
    before = keyring().active_kek.id

    kek = added(own_keys)

    assert keyring().active_kek.id == kek != before
    assert keyring().kek(before).state == "decrypt-only"
    assert sum(key.state == "active" for key in keyring().keys if key.purpose == "kek") == 1


def test_a_prepared_kek_makes_nothing_yet(own_keys: Path):
    before = keyring().active_kek.id

    rings.change(own_keys, lambda ring: rings.with_kek(ring, "aaaa0000", clock.now()))

    assert keyring().active_kek.id == before
    assert keyring().kek("aaaa0000").state == "decrypt-only"


def test_what_is_done_twice_is_done_once(own_keys: Path):
    kek = added(own_keys)
    before = (own_keys / FILE).stat().st_ino

    rings.change(own_keys, lambda ring: rings.with_kek(ring, kek, clock.now()))
    rings.change(own_keys, lambda ring: rings.with_active(ring, kek))

    assert (own_keys / FILE).stat().st_ino == before


def test_the_active_kek_stays_and_another_one_goes(own_keys: Path):
    old = keyring().active_kek.id
    kek = added(own_keys)

    with pytest.raises(KeyringRefused, match="active"):
        rings.without(keyring(), kek)
    rings.change(own_keys, lambda ring: rings.without(ring, old))

    with pytest.raises(KeyringRefused):
        keyring().kek(old)


def test_changes_at_once_are_all_there(own_keys: Path):
    names = [f"{n:08x}" for n in range(16)]

    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda name: rings.change(
                    own_keys, lambda ring: rings.with_kek(ring, name, clock.now())
                ),
                names,
            )
        )

    held = {key.id for key in load(own_keys).keys if key.purpose == "kek"}
    assert {*names} < held


def test_a_running_process_keeps_its_ring_while_somebody_spoils_the_file(
    own_keys: Path, caplog: pytest.LogCaptureFixture
):
    held = keyring()
    (own_keys / FILE).chmod(0o644)
    (own_keys / FILE).write_text("{")

    assert [keyring() for _ in range(3)] == [held] * 3
    assert caplog.text.count("cannot be read anew") == 1
    with pytest.raises(KeyringRefused):
        reread()
    assert keyring() is held
    (own_keys / FILE).unlink()
    assert keyring() is held


def test_a_draft_that_could_not_be_written_leaves_the_old_ring(own_keys: Path):
    before = (own_keys / FILE).read_text()

    with (
        patch.object(os, "fsync", side_effect=OSError(28, "No space left on device")),
        pytest.raises(OSError, match="No space"),
    ):
        added(own_keys)

    assert (own_keys / FILE).read_text() == before
    assert [path.name for path in own_keys.iterdir() if path.name != rings.LOCK] == [FILE]


@stored
def test_a_kek_that_came_after_the_look_at_the_ring_is_found(
    own_keys: Path, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    """Where a file's look does not tell (a coarse clock, a share), the key itself does."""
    keys.create_data_key(ada, "thread", ada)
    stale = keyring()
    kek = added(own_keys)
    keys.create_patient_key(ben := new_id())
    keys.create_data_key(ben, "thread", ben)
    assert PatientKey.objects.get(patient_id=ben).kek_id == kek

    monkeypatch.setattr(keys, "keyring", lambda: stale)
    keys.CACHE.empty()

    assert keys.open_data_key(ben, "thread", ben).home == ben


def test_a_ring_survives_paper():
    assert rings.unpacked(rings.packed(keyring())).keys[0].secret == keyring().keys[0].secret
    with pytest.raises(KeyringRefused):
        rings.unpacked(b"no ring")


def test_restoring_keeps_what_was_in_the_way(own_keys: Path):
    before, other = (own_keys / FILE).read_text(), Keyring.new(clock.now())

    kept = rings.restore(own_keys, other, at=clock.now())

    assert load(own_keys).installation == other.installation
    assert kept
    assert kept.read_text() == before
    assert kept.stat().st_mode & 0o077 == 0


def test_a_ring_is_put_where_none_was(tmp_path: Path):
    ring = Keyring.new(clock.now())

    assert rings.restore(tmp_path / "new", ring, at=clock.now()) is None
    assert load(tmp_path / "new").installation == ring.installation
    put(tmp_path / "new", ring)
    assert tmp_path / "new" != settings.KEY_DIR
