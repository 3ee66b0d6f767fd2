"""Every test of this room knows a word of its own, and has an anchor of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from portal.audit import vocabulary
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


@pytest.fixture(autouse=True)
def no_open_keys() -> Iterator[None]:
    """No key of an earlier test's patients is at hand."""
    keys.CACHE.empty()
    yield
    keys.CACHE.empty()
