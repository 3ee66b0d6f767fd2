"""`manage.py keys`: what it says, in plain words, and what it refuses."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.crypto import rings
from portal.crypto.keyring import FILE, Keyring, keyring, load
from portal.custody import actions
from portal.custody.actions import rotation as acts
from portal.kernel import clock, door
from tests.portal.custody.scenes import (
    KEEPER,
    all_open,
    committed,
    events,
    patients,
    refused,
    said,
)

pytestmark = [committed, pytest.mark.feature("M25")]


def test_the_status_says_which_keys_how_old_and_what_is_to_be_done(
    monkeypatch: pytest.MonkeyPatch, settings: Any
):
    settings.BACKUP_DAYS, settings.SHRED_BACKUP_DAYS = 10, 7
    patients(3)
    old = keyring().active_kek.id
    assert f"{old}: active, 0 days old, wraps 3 patient keys" in said("status")
    assert "No recovery sheets were ever made" in said("status")

    done = actions.rotate(KEEPER)

    told = said("status")
    assert f"{done.new_kek}: active, 0 days old, wraps 3 patient keys" in told
    assert f"{old}: opens only, 0 days old, wraps 0 patient keys; backups need it until" in told
    assert "kept for 7 days, those of the database for 10" in told
    later = clock.now() + timedelta(days=800)
    monkeypatch.setattr(clock, "now", lambda: later)
    told = said("status")
    assert f"no backup needs it: `keys rotate --retire {old}` destroys it" in told
    assert "It is old: rotate." in told


def test_the_status_names_an_unfinished_rotation_and_a_key_that_is_missing(own_keys: Path):
    patients(2)
    door.run(acts._begun, KEEPER)

    assert "is not finished: 0 rows are moved. `keys rotate` goes on with it." in said("status")
    old = keyring().active_kek.id
    rings.restore(own_keys, Keyring.new(clock.now()), at=clock.now())
    assert f"{old}: MISSING from the keyring, and wraps 2 patient keys" in said("status")


def test_two_of_the_sheets_make_the_keyring_again(own_keys: Path, tmp_path: Path):
    made = patients(3)
    said("recovery", "--out", str(tmp_path / "paper"))
    paper = sorted((tmp_path / "paper").iterdir())
    before = load(own_keys)
    (own_keys / FILE).unlink()

    told = said("restore", str(paper[0]), str(paper[2]))

    assert "It opens what the database holds." in told
    assert rings.packed(load(own_keys)) == rings.packed(before)
    assert all_open(made)
    assert [path.stat().st_mode & 0o077 for path in paper] == [0, 0, 0]
    assert events("key.sheets-made", "key.ring-restored") == [
        "key.sheets-made",
        "key.ring-restored",
    ]


def test_printed_sheets_are_three_and_hold_no_key_in_the_clear():
    told = said("recovery")

    pages = told.split("\f")
    assert len(pages) == 3
    for page in pages:
        assert "Any 2 of the 3 sheets" in page
    assert not [key.id for key in keyring().keys if key.secret.hex() in told]


def test_a_newer_key_than_the_sheets_is_said(own_keys: Path):
    patients(1)
    said("recovery")
    assert "and a key is newer" not in said("status")

    actions.rotate(KEEPER)

    assert "and a key is newer: print new ones" in said("status")


def test_one_sheet_or_a_mistyped_one_changes_nothing(own_keys: Path, tmp_path: Path):
    said("recovery", "--out", str(tmp_path))
    paper = sorted(tmp_path.glob("recovery-*.txt"))
    before = (own_keys / FILE).read_text()
    lines = paper[1].read_text().splitlines(keepends=True)
    lines[-2] = lines[-2].replace(lines[-2][5], "2" if lines[-2][5] != "2" else "3", 1)
    paper[1].write_text("".join(lines))

    assert "two different" in refused("restore", str(paper[0]))
    assert "is mistyped" in refused("restore", str(paper[0]), str(paper[1]))
    assert "No such file" in refused("restore", str(paper[0]), str(tmp_path / "none"))
    assert (own_keys / FILE).read_text() == before


def test_a_keyring_that_opens_the_database_is_not_replaced_by_a_stranger(
    own_keys: Path, tmp_path: Path
):
    patients(1)
    mine = load(own_keys)
    rings.restore(own_keys, Keyring.new(clock.now()), at=clock.now())
    said("recovery", "--out", str(tmp_path))
    rings.restore(own_keys, mine, at=clock.now())
    paper = sorted(tmp_path.glob("recovery-*.txt"))

    assert "Nothing was restored" in refused("restore", str(paper[0]), str(paper[1]))
    assert load(own_keys).installation == mine.installation


def test_sheets_from_before_a_rotation_are_named_as_too_old(own_keys: Path, tmp_path: Path):
    patients(1)
    said("recovery", "--out", str(tmp_path))
    done = actions.rotate(KEEPER)
    paper = sorted(tmp_path.glob("recovery-*.txt"))

    told = refused("restore", str(paper[0]), str(paper[1]))

    assert f"the KEK {done.new_kek}, which the keyring lacks" in told
    assert "newer sheets" in told
