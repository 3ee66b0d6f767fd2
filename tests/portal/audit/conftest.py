"""Every test of this room knows a word of its own, and has an anchor of its own."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from portal.audit import notes, vocabulary
from portal.crypto import keys
from tests.portal.audit.scenes import SEEN, SPEC


@pytest.fixture(autouse=True)
def own_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vocabulary holds the word of these tests."""
    words = {**vocabulary.events(), SEEN: SPEC}
    monkeypatch.setattr(vocabulary, "events", lambda: words)


@pytest.fixture(autouse=True)
def own_anchor(tmp_path: Path, settings: LazySettings) -> Path:
    """The anchor file of this test's log."""
    settings.ANCHOR_FILE = tmp_path / "anchor" / "checkpoint"
    return tmp_path / "anchor" / "checkpoint"


@pytest.fixture
def own_keys(tmp_path: Path, settings: LazySettings) -> None:
    """The keyring of this test alone: epochs change it."""
    shutil.copytree(settings.KEY_DIR, tmp_path / "keys")
    settings.KEY_DIR = tmp_path / "keys"


@pytest.fixture(autouse=True)
def no_open_keys() -> Iterator[None]:
    """No key of an earlier test's patients is at hand."""
    keys.CACHE.empty()
    yield
    keys.CACHE.empty()


@pytest.fixture
def one_root_a_size(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[tuple[str, int], set[bytes]]]:
    """Every root that was ever signed, by name and size. No test may end with two of one."""
    roots: dict[tuple[str, int], set[bytes]] = defaultdict(set)
    sign = notes.sign

    def signing(text: str, *signers: notes.Signer) -> str:
        note = sign(text, *signers)
        said = notes.checkpoint_from(text)
        roots[said.origin, said.size].add(said.root)
        return note

    monkeypatch.setattr(notes, "sign", signing)
    yield roots
    assert [found for found in roots.values() if len(found) > 1] == []
