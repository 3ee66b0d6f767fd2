"""Every test here that keeps something keeps it in both databases."""

from pathlib import Path

import pytest

from tests.patients.evidence import BOTH

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that is not pure may use both databases, and is rolled back unless it says more."""
    for item in items:
        if item.path.is_relative_to(HERE) and not (
            item.get_closest_marker("pure") or item.get_closest_marker("django_db")
        ):
            item.add_marker(pytest.mark.django_db(databases=BOTH))
