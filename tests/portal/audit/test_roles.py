"""The three roles of docs/roles.sql: the portal writes its log and cannot take its guards down."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from portal.audit.checks import roles_are_apart
from portal.audit.readings.verify import verify
from tests.portal.audit.intruder import Connection, intruder, is_sqlite
from tests.portal.audit.scenes import CLERK, a_log, committed, seen_often, signed
from tests.shared import ROOT

pytestmark = [
    committed,
    pytest.mark.feature("A2"),
    pytest.mark.skipif(is_sqlite(), reason="SQLite knows no roles"),
]
# Roles belong to the whole cluster, where other workers make their own.
OURS = f"t{os.getpid()}_"


@pytest.fixture
def hand() -> Iterator[Connection]:
    """A superuser, once the roles were made over a log that is there."""
    a_log(300)
    script = (ROOT / "docs" / "roles.sql").read_text().replace("portal_", OURS)
    with intruder() as connected:
        connected.execute(script)
        connected.execute(script)
        try:
            yield connected
        finally:
            connected.execute("RESET ROLE")
            connected.execute(f"REASSIGN OWNED BY {OURS}owner TO CURRENT_USER")
            for role in ("owner", "app", "auditor"):
                connected.execute(f"DROP OWNED BY {OURS}{role} CASCADE")
                connected.execute(f"DROP ROLE {OURS}{role}")


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """The portal's own connection acts as this role."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {OURS}{role}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


ATTACKS = (
    "UPDATE audit_entry SET event = 'other.event'",
    "UPDATE audit_detail SET sealed = ''",
    "DELETE FROM audit_leaf",
    "DELETE FROM audit_checkpoint",
    "INSERT INTO audit_leaf SELECT * FROM audit_leaf "
    "ON CONFLICT (seq) DO UPDATE SET leaf_hash = ''",
    "TRUNCATE audit_entry CASCADE",
    "TRUNCATE audit_detail",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_change",
    "DROP TRIGGER audit_entry_no_change ON audit_entry",
    "DROP TABLE audit_entry CASCADE",
    "ALTER TABLE audit_entry RENAME TO entries_of_old",
    "DROP FUNCTION audit_refuse() CASCADE",
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RETURN NEW; END $$",
    "CREATE TABLE audit_entry_of_mine (id uuid)",
    "SET session_replication_role = replica",
    "ALTER SYSTEM SET session_replication_role = replica",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_the_portal_runs_as_cannot(hand: Connection, attack: str):
    hand.execute(f"SET ROLE {OURS}app")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        hand.execute(attack)


def test_what_the_portal_runs_as_writes_numbers_and_signs(hand: Connection):
    with acting_as("app"):
        seen_often(CLERK, 5)
        kept = signed()

    assert kept.size == 305
    assert verify().holds


def test_an_auditor_reads_the_log_and_nothing_else(hand: Connection):
    hand.execute(f"SET ROLE {OURS}auditor")

    assert hand.execute("SELECT count(*) FROM audit_leaf").fetchone() == (300,)
    for table in ("audit_detail", "accounts_person", "django_migrations"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            hand.execute(f"SELECT * FROM {table}")


def test_the_check_tells_whether_the_roles_are_apart(hand: Connection):
    assert [warning.id for warning in roles_are_apart()] == ["audit.W001"]
    with acting_as("owner"):
        assert [warning.id for warning in roles_are_apart()] == ["audit.W001"]
    with acting_as("app"):
        assert roles_are_apart() == []
