"""Every test of this room starts with no key at hand."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from portal.crypto import keys
from tests.portal.crypto.scenes import admitted


@pytest.fixture(autouse=True)
def no_open_keys() -> Iterator[None]:
    """The process has not opened any key yet."""
    keys.CACHE.empty()
    yield
    keys.CACHE.empty()


@pytest.fixture
def ada() -> UUID:
    """A patient with keys."""
    return admitted()
