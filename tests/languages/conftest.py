"""The scenes of the crawl."""

import pytest

from tests.cast import Cast
from tests.languages.crawl import Quiet


@pytest.fixture
def quiet(cast: Cast) -> Quiet:
    """Scenes in which nobody says a word that is unknown."""
    return Quiet(cast)
