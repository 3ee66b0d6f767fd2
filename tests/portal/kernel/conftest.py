"""A table that no room owns: beads on strings, for tests of the kernel itself."""

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.harness.write_guard import guard


@pytest.fixture
def beads(transactional_db: None) -> Iterator[None]:
    """The table of beads is there and empty, and functions of these tests may write to it."""
    with guard.disarmed("the kernel has no actions of its own"):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE bead (number integer PRIMARY KEY, word text NOT NULL,"
                " after integer REFERENCES bead (number) DEFERRABLE INITIALLY DEFERRED)"
            )
        yield
