"""Every test of this room has a keyring of its own, and starts with no key at hand."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.crypto import keys


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A copy of the worker's keyring that this test may change."""
    place = tmp_path / "keys"
    shutil.copytree(settings.KEY_DIR, place)
    settings.KEY_DIR = place
    keys.CACHE.empty()
    yield place
    keys.CACHE.empty()


@pytest.fixture(autouse=True)
def own_anchor(tmp_path: Path, settings: Any) -> None:
    """The anchor file of this test's log."""
    settings.ANCHOR_FILE = tmp_path / "anchor" / "checkpoint"
