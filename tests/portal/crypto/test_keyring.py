"""The keyring file: made once, whole, closed to others, and refused in plain words otherwise."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from portal.crypto.keyring import (
    FILE,
    PURPOSES,
    Keyring,
    KeyringRefused,
    load,
    parse,
    render,
)
from portal.kernel import clock
from tests.shared import ROOT

pytestmark = pytest.mark.pure


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a keyring."""
    load(tmp_path / "keys")
    return tmp_path / "keys"


def refusal(directory: Path) -> str:
    """The sentence with which the keyring is refused."""
    with pytest.raises(KeyringRefused) as caught:
        load(directory)
    return str(caught.value)


def edited(place: Path, edit: Callable[[dict[str, Any]], object]) -> str:
    """The sentence with which an edited keyring is refused."""
    fields = json.loads((place / FILE).read_text())
    edit(fields)
    (place / FILE).write_text(json.dumps(fields))
    sentence = refusal(place)
    assert not any(key["secret"] in sentence for key in fields["keys"] if "secret" in key)
    return sentence


def test_the_first_start_makes_a_keyring_that_later_starts_read(tmp_path: Path):
    directory = tmp_path / "deep" / "keys"

    first, second = load(directory), load(directory)

    assert render(first) == render(second) == (directory / FILE).read_text()
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in directory.iterdir()] == [FILE]


def test_a_generous_umask_opens_nothing(tmp_path: Path):
    before = os.umask(0)
    try:
        load(tmp_path / "keys")
    finally:
        os.umask(before)

    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / FILE).stat().st_mode & 0o777 == 0o600


def test_every_purpose_has_a_key_of_its_own(place: Path):
    ring = load(place)
    secrets = {key.secret for key in ring.keys}

    assert {key.purpose for key in ring.keys} == {*PURPOSES}
    assert len(secrets) == len(PURPOSES)
    assert {len(secret) for secret in secrets} == {32}
    assert ring.log_name == f"{ring.installation}/1"
    assert len({ring.purpose("session"), ring.active_kek.secret, ring.log_seed(ring.log_name)}) == 3


def test_no_two_installations_share_a_key(tmp_path: Path):
    one, other = load(tmp_path / "one"), load(tmp_path / "other")

    assert one.installation != other.installation
    assert one.active_kek.id != other.active_kek.id
    assert {key.secret for key in one.keys}.isdisjoint(key.secret for key in other.keys)


def test_processes_that_start_together_hold_the_same_keyring(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(load, [tmp_path / "keys"] * 32))

    assert len({render(ring) for ring in rings}) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [FILE]


def test_a_crash_while_making_the_keyring_leaves_none(tmp_path: Path):
    with patch.object(os, "link", side_effect=OSError(28, "No space left on device")):
        assert "No space left" in refusal(tmp_path / "keys")

    assert list((tmp_path / "keys").iterdir()) == []
    assert load(tmp_path / "keys").log_name.endswith("/1")


def test_the_file_is_on_disk_before_it_has_its_name(tmp_path: Path):
    done: list[str] = []
    fsync, link = os.fsync, os.link

    def synced(handle: int) -> None:
        done.append("fsync")
        fsync(handle)

    def linked(draft: Path, name: Path) -> None:
        done.append("link")
        link(draft, name)

    with patch.object(os, "fsync", synced), patch.object(os, "link", linked):
        load(tmp_path / "keys")

    assert done[:2] == ["fsync", "link"]
    assert done[2:] == ["fsync", "fsync"]  # the directory, and the one that holds it


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o610, 0o601])
def test_a_file_open_to_others_is_refused(place: Path, mode: int):
    (place / FILE).chmod(mode)

    assert "its mode must be 0600" in refusal(place)


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o770, 0o755, 0o711, 0o701])
def test_a_directory_open_to_others_is_refused(place: Path, mode: int):
    place.chmod(mode)

    assert "its mode must be 0700" in refusal(place)


def test_no_keyring_is_made_in_a_directory_open_to_others(tmp_path: Path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys").chmod(0o755)

    assert "its mode must be 0700" in refusal(tmp_path / "keys")
    assert list((tmp_path / "keys").iterdir()) == []


def test_a_keyring_of_somebody_else_is_refused(place: Path):
    with patch.object(os, "geteuid", return_value=os.geteuid() + 1):
        assert "belongs to somebody else" in refusal(place)


def test_a_link_in_place_of_the_file_is_refused(place: Path, tmp_path: Path):
    (place / FILE).rename(tmp_path / "elsewhere.json")
    (place / FILE).symlink_to(tmp_path / "elsewhere.json")

    assert refusal(place)


def test_a_dangling_link_is_not_replaced(place: Path, tmp_path: Path):
    (place / FILE).unlink()
    (place / FILE).symlink_to(tmp_path / "nowhere.json")

    assert refusal(place)
    assert (place / FILE).is_symlink()


def test_something_that_is_no_file_is_refused(place: Path):
    (place / FILE).unlink()
    (place / FILE).mkdir(mode=0o700)

    assert refusal(place)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"format": 1}', "\udcff"])
def test_a_damaged_file_is_refused_and_kept(place: Path, text: str):
    (place / FILE).write_bytes(text.encode(errors="surrogateescape"))

    assert "the keyring" in refusal(place)
    assert (place / FILE).read_bytes() == text.encode(errors="surrogateescape")


def test_a_file_that_was_cut_anywhere_is_refused():
    text = render(Keyring.new(clock.now()))

    for length in range(0, len(text) - 2, 7):
        with pytest.raises(KeyringRefused):
            parse(text[:length])


def test_a_later_format_is_refused(place: Path):
    assert "does not know" in edited(place, lambda f: f.update(format="portal-keyring-2"))


def test_a_missing_key_is_refused_by_its_purpose(place: Path):
    def forget(fields: dict[str, Any]) -> None:
        fields["keys"] = [key for key in fields["keys"] if key["purpose"] != "index"]

    assert "one active index key" in edited(place, forget)


def test_two_active_keys_of_one_purpose_are_refused(place: Path):
    def double(fields: dict[str, Any]) -> None:
        fields["keys"].append(fields["keys"][0] | {"id": "2", "secret": "ab" * 32})

    assert "one active kek key" in edited(place, double)


def test_one_secret_for_two_purposes_is_refused(place: Path):
    def share(fields: dict[str, Any]) -> None:
        fields["keys"][1]["secret"] = fields["keys"][0]["secret"]

    assert "two keys are the same" in edited(place, share)


def test_one_id_for_two_keys_is_refused(place: Path):
    def reuse(fields: dict[str, Any]) -> None:
        fields["keys"].append(fields["keys"][0] | {"state": "decrypt-only", "secret": "ab" * 32})

    assert "the same id" in edited(place, reuse)


@pytest.mark.parametrize(
    "change",
    [{"secret": "ab" * 31}, {"secret": "zz"}, {"state": "new"}, {"purpose": "x"}, {"id": 1}],
)
def test_a_key_of_another_form_is_refused(place: Path, change: dict[str, Any]):
    assert "damaged" in edited(place, lambda fields: fields["keys"][0].update(change))


def test_an_old_kek_stays_for_reading(place: Path):
    fields = json.loads((place / FILE).read_text())
    old = fields["keys"][0] | {"state": "decrypt-only", "id": "0ld", "secret": "ab" * 32}
    (place / FILE).write_text(json.dumps(fields | {"keys": [old, *fields["keys"]]}))

    ring = load(place)

    assert ring.kek("0ld").secret == bytes.fromhex("ab" * 32)
    assert ring.active_kek.id == fields["keys"][0]["id"]
    assert render(parse(render(ring))) == render(ring)


def test_a_key_that_the_ring_lacks_is_named(place: Path):
    with pytest.raises(KeyringRefused, match="no kek key gone"):
        load(place).kek("gone")


def test_the_ring_does_not_show_its_keys(place: Path):
    ring = load(place)

    assert not any(key.secret.hex() in repr(ring) for key in ring.keys)
    assert not any(repr(key.secret)[2:-1] in repr(ring) for key in ring.keys)


def test_the_portal_does_not_start_with_an_open_keyring(tmp_path: Path):
    load(tmp_path / "keys")
    (tmp_path / "keys" / FILE).chmod(0o644)

    started = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PORTAL_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 78
    assert "its mode must be 0600" in started.stderr
    assert "Traceback" not in started.stderr
