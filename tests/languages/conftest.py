"""The scenes of the crawl."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.cast import Cast
from tests.languages.crawl import Quiet


@pytest.fixture
def quiet(cast: Cast) -> Quiet:
    """Scenes in which nobody says a word that is unknown."""
    return Quiet(cast)


@pytest.fixture(autouse=True)
def the_next_reads_english() -> Iterator[None]:
    """The language of the last request does not stay with this thread."""
    yield
    translation.deactivate()
