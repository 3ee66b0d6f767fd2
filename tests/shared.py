"""Data that the project shares between workplaces: real people, real conversations."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared(path: str) -> Path:
    """Where this piece of shared data lies. Skips the test where it is not at hand."""
    home = Path(os.environ.get("PORTAL_SHARED_DATA") or ROOT.parent / "shared" / "data")
    found = home / path
    if not found.exists():
        pytest.skip(f"shared data is not here: {path} (PORTAL_SHARED_DATA names its folder)")
    return found
