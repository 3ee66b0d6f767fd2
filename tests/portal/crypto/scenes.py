"""What the tests of key rows share: patients with keys, and what was said to the databases."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from portal.crypto import keys
from portal.kernel.ids import new_id

BOTH = ["default", "shred"]
stored = pytest.mark.django_db(databases=BOTH)
committed = pytest.mark.django_db(databases=BOTH, transaction=True)


def admitted() -> UUID:
    """A new patient with keys."""
    patient = new_id()
    keys.create_patient_key(patient)
    return patient


def statements(act: Callable[[], object]) -> list[str]:
    """What the act said to either database, in order."""
    said: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append(f"{context['connection'].alias}: {sql}")
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(note), connections["shred"].execute_wrapper(note):
        act()
    return said


class Undone(Exception):
    """The caller's transaction fails."""
