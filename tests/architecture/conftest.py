"""The tests of the style read files only: one run, in embedded mode, is enough."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder as pure, unless it asks for a database."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.path.is_relative_to(HERE) and not {"db", "transactional_db"} & {*fixtures}:
            item.add_marker(pytest.mark.pure)
