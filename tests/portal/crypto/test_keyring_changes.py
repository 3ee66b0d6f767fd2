"""Changing the keyring: whole or not at all, and no change is lost to another."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import pytest

from portal.crypto.keyring import FILE, Keyring, KeyringRefused, load, render
from portal.crypto.rings import LOCK, change, with_next_log
from portal.kernel import clock

pytestmark = pytest.mark.pure


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a keyring."""
    load(tmp_path / "keys")
    return tmp_path / "keys"


def next_log(ring: Keyring) -> Keyring:
    """The ring with a key for the next epoch of the log."""
    return with_next_log(ring, clock.now(), is_copy=False)


def test_the_next_epoch_of_the_log_has_a_key_of_its_own_and_the_old_one_stays(place: Path):
    before = load(place)

    after = change(place, next_log)

    assert after.log_name == f"{before.installation}/2"
    assert after.log_seed(before.log_name) == before.log_seed(before.log_name)
    assert after.log_seed(after.log_name) != before.log_seed(before.log_name)
    assert render(load(place)) == render(after)
    assert (place / FILE).stat().st_mode & 0o777 == 0o600


def test_the_log_of_a_copy_bears_a_name_that_its_original_never_comes_to(place: Path):
    ring = load(place)

    copies = [with_next_log(ring, clock.now(), is_copy=True) for _ in range(2)]
    names = {copy.log_name for copy in copies} | {next_log(ring).log_name}

    assert len(names) == 3
    assert {name.rpartition("/")[2] for name in names} == {"2"}
    assert next_log(copies[0]).log_name == copies[0].log_name.replace("/2", "/3")
    with pytest.raises(KeyringRefused, match="no key for this name"):
        ring.log_seed(copies[0].log_name)


def test_changes_that_come_together_all_stay(place: Path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: change(place, next_log), range(16)))

    assert load(place).log_name.endswith("/17")
    assert sum(key.purpose == "log" for key in load(place).keys) == 17


def test_a_change_that_fails_leaves_the_keyring_as_it_was(place: Path):
    before = (place / FILE).read_text()

    with (
        patch.object(os, "fsync", side_effect=OSError(28, "No space left on device")),
        pytest.raises(OSError, match="No space left"),
    ):
        change(place, next_log)
    with pytest.raises(KeyringRefused, match="one active"):
        change(place, lambda ring: Keyring(ring.installation, ring.keys[1:]))

    assert (place / FILE).read_text() == before
    assert {path.name for path in place.iterdir()} <= {FILE, LOCK}
