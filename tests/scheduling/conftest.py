"""Scenes of the calendar, for the tests of this room."""

import pytest

from scheduling.models import VisitType
from tests.scheduling.world import Times
from tests.world import World


@pytest.fixture
def times(world: World) -> Times:
    """Hours, kinds of visits and appointments of the cast."""
    return Times(world)


@pytest.fixture
def kind(times: Times) -> VisitType:
    """Dr Cara has hours, and offers a kind of visit."""
    return times.open()
