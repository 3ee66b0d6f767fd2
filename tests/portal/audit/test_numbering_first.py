"""What a stopped portal left without a place: numbered by who verifies or signs, if all is well."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.db import ProgrammingError

from portal.audit.readings.verify import verify
from portal.audit.selectors import tree
from portal.kernel.actor import Actor
from tests.portal.audit.commanded import audit, spoil, until, verdict
from tests.portal.audit.intruder import is_sqlite
from tests.portal.audit.scenes import CLERK, a_log, committed, seen_often

pytestmark = [committed, pytest.mark.feature("A4")]
postgresql_only = pytest.mark.skipif(is_sqlite(), reason="on SQLite nothing waits for a number")


@postgresql_only
def test_what_a_stopped_portal_left_without_a_place_is_numbered_and_no_fault(monkeypatch):
    monkeypatch.setattr("portal.audit.readings.verify.PATIENCE", timedelta(0))
    monkeypatch.setattr("portal.audit.readings.verify.SECOND_LOOK", 0.0)
    seen_often(CLERK, 3)
    until(lambda: not verify().holds)

    assert audit("verify")[0] == 0
    assert tree.size() == 3


@postgresql_only
@pytest.mark.parametrize(
    ("attack", "found"),
    [
        ("DELETE FROM audit_leaf WHERE seq > 7", "truncated"),
        (
            "UPDATE audit_entry SET event = 'other.event' WHERE NOT EXISTS "
            "(SELECT 1 FROM audit_leaf WHERE entry_id = audit_entry.id)",
            "column",
        ),
    ],
    ids=["leaves under a signature deleted", "entries without a place rewritten"],
)
def test_what_was_falsified_is_found_before_anything_is_numbered(monkeypatch, attack, found):
    monkeypatch.setattr("portal.audit.readings.verify.PATIENCE", timedelta(0))
    monkeypatch.setattr("portal.audit.readings.verify.SECOND_LOOK", 0.0)
    a_log(10)
    if found == "column":
        seen_often(CLERK, 3)
        until(lambda: not verify().holds)
    spoil(attack)
    size = tree.size()

    for _ in range(2):
        assert found in verdict()["kinds"]
    if found == "truncated":
        assert tree.size() == size
        with pytest.raises(CommandError, match="frozen"):
            audit("checkpoint")
        assert tree.size() == size


@postgresql_only
def test_signing_numbers_first(monkeypatch):
    signed_so_far = 0

    def sign() -> bool:
        nonlocal signed_so_far
        signed_so_far = json.loads(audit("checkpoint", "--json")[1])["size"]
        return signed_so_far == 5

    a_log(2)
    seen_often(CLERK, 3)

    until(sign)


def test_a_role_that_may_not_number_says_so_and_verifies(monkeypatch):
    def refuse(actor: Actor) -> None:
        raise ProgrammingError("permission denied for table audit_leaf")

    monkeypatch.setattr("portal.audit.actions.sequence_all", refuse)
    a_log(2)

    code, said = audit("checkpoint")

    assert code == 0
    assert "permission denied for table audit_leaf" in said
