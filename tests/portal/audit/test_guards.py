"""Each guard with the attack that it stops, and what is seen once a guard is gone."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError

from portal.audit.checks import GUARDS, guards_missing, guards_stand
from portal.audit.models import Entry, Leaf
from tests.harness.write_guard import guard
from tests.portal.audit.intruder import Connection, Refused, drop_guards, intruder, is_sqlite
from tests.portal.audit.scenes import a_log, committed

pytestmark = [committed, pytest.mark.feature("A2")]

TABLES = ("audit_entry", "audit_mention", "audit_leaf", "audit_tile", "audit_checkpoint")
# A column that any table's rows can be changed in without breaking another rule first.
COLUMN = {
    "audit_entry": "event",
    "audit_mention": "patient",
    "audit_leaf": "leaf_hash",
    "audit_tile": "root",
    "audit_checkpoint": "note",
    "audit_detail": "sealed",
}
# What makes a row of each table the same as another.
KEYS = {
    "audit_entry": "id",
    "audit_mention": "entry_id, patient",
    "audit_leaf": "seq",
    "audit_tile": 'level, "index"',
    "audit_checkpoint": "epoch, size",
    "audit_detail": "entry_id",
}
sqlite_only = pytest.mark.skipif("not is_sqlite()", reason="SQLite's own ways")
postgresql_only = pytest.mark.skipif("is_sqlite()", reason="PostgreSQL's own ways")


@pytest.fixture(autouse=True)
def log() -> None:
    """A log with a row in every table."""
    a_log(300)


@pytest.fixture
def hand(log: None) -> Iterator[Connection]:
    """Somebody with a connection."""
    with intruder() as connected:
        yield connected


def rows(hand: Connection, table: str) -> list[tuple[object, ...]]:
    """All that a table holds."""
    return sorted(map(repr, hand.execute(f"SELECT * FROM {table}").fetchall()))  # type: ignore[arg-type]


@pytest.mark.parametrize("table", [*TABLES, "audit_detail"])
def test_a_row_is_not_changed(hand: Connection, table: str):
    before = rows(hand, table)

    with pytest.raises(Refused):
        hand.execute(f"UPDATE {table} SET {COLUMN[table]} = {COLUMN[table]}")

    assert rows(hand, table) == before


@pytest.mark.parametrize("table", TABLES)
def test_a_row_is_not_removed(hand: Connection, table: str):
    before = rows(hand, table)

    with pytest.raises(Refused):
        hand.execute(f"DELETE FROM {table}")

    assert rows(hand, table) == before


def test_details_may_be_deleted_and_only_that(hand: Connection):
    hand.execute("DELETE FROM audit_detail")

    assert rows(hand, "audit_detail") == []


@pytest.mark.parametrize("table", ["audit_mention", "audit_detail"])
def test_nothing_is_added_to_an_entry_later(hand: Connection, table: str):
    column = COLUMN[table]
    hand.execute("DELETE FROM audit_detail")

    with pytest.raises(Refused):
        hand.execute(
            f"INSERT INTO {table} (entry_id, {column}) SELECT id, 'x' FROM audit_entry LIMIT 1"
        )


@pytest.mark.parametrize("seq", ["-1", "0", "299", "301", "900"])
def test_a_leaf_leaves_no_gap_and_takes_nobody_s_place(hand: Connection, seq: str):
    columns = "seq, entry_id, leaf_hash"

    with pytest.raises(Refused):
        hand.execute(
            f"INSERT INTO audit_leaf ({columns}) SELECT {seq}, "
            + ("'x'" if is_sqlite() else "gen_random_uuid()")
            + ", leaf_hash FROM audit_leaf LIMIT 1"
        )


def test_a_checkpoint_goes_forward_and_not_beyond_the_log(hand: Connection):
    columns = "number, epoch, size, root, note, signed_at"
    faults = (1, 1, 300), (1, 1, 301), (1, 1, 12), (2, 1, 300), (0, 1, 300), (1, 0, 12), (1, 2, 301)
    for number, epoch, size in faults:
        with pytest.raises(Refused):
            hand.execute(
                f"INSERT INTO audit_checkpoint ({columns}) "
                f"SELECT {number}, {epoch}, {size}, root, note, signed_at FROM audit_checkpoint"
            )


def test_tiles_of_a_level_come_in_order(hand: Connection):
    for index in (0, 2):
        with pytest.raises(Refused):
            hand.execute(
                'INSERT INTO audit_tile (level, "index", root, hashes) '
                f"SELECT level, {index}, root, hashes FROM audit_tile"
            )


@sqlite_only
@pytest.mark.parametrize("table", [*TABLES, "audit_detail"])
def test_replace_is_refused_although_it_fires_no_delete_trigger(hand: Connection, table: str):
    assert hand.execute("PRAGMA recursive_triggers").fetchone() == (0,)
    before = rows(hand, table)

    with pytest.raises(Refused):
        hand.execute(f"REPLACE INTO {table} SELECT * FROM {table}")
    with pytest.raises(Refused):
        hand.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")

    assert rows(hand, table) == before


@sqlite_only
def test_replace_by_the_hidden_rowid_is_refused(hand: Connection):
    before = rows(hand, "audit_entry")

    with pytest.raises(Refused):
        hand.execute(
            "REPLACE INTO audit_entry (rowid, id, leaf, event, at, actor, outcome, request) "
            "SELECT rowid, 'other', leaf, event, at, actor, outcome, request FROM audit_entry"
        )

    assert rows(hand, "audit_entry") == before


@sqlite_only
def test_without_its_guard_replace_would_have_passed(hand: Connection):
    hand.execute("DROP TRIGGER audit_entry_no_replace")

    hand.execute("REPLACE INTO audit_entry SELECT * FROM audit_entry LIMIT 1")

    assert guards_missing() == ["audit_entry_no_replace"]


@postgresql_only
@pytest.mark.parametrize("table", [*TABLES, "audit_detail"])
def test_truncate_is_refused(hand: Connection, table: str):
    before = rows(hand, table)

    with pytest.raises(Refused):
        hand.execute(f"TRUNCATE {table} CASCADE")

    assert rows(hand, table) == before


@postgresql_only
def test_the_role_of_a_replica_does_not_pass(hand: Connection):
    hand.execute("SET session_replication_role = replica")

    with pytest.raises(Refused):
        hand.execute("UPDATE audit_entry SET event = 'other.event'")
    with pytest.raises(Refused):
        hand.execute("TRUNCATE audit_leaf")


@pytest.mark.parametrize("table", KEYS)
def test_an_upsert_is_refused(hand: Connection, table: str):
    before = rows(hand, table)

    with pytest.raises(Refused):
        hand.execute(
            f"INSERT INTO {table} SELECT * FROM {table} WHERE true "
            f"ON CONFLICT ({KEYS[table]}) DO UPDATE SET {COLUMN[table]} = 'x'"
        )

    assert rows(hand, table) == before


@postgresql_only
def test_nobody_chooses_the_transaction_of_an_entry(hand: Connection):
    hand.execute(
        "INSERT INTO audit_entry (id, leaf, event, at, actor, outcome, request, xact) "
        "SELECT gen_random_uuid(), leaf, event, at, actor, outcome, request, '3' "
        "FROM audit_entry LIMIT 1"
    )

    assert hand.execute("SELECT count(*) FROM audit_entry WHERE xact = '3'").fetchone() == (0,)


def test_every_guard_stands():
    assert guards_missing() == []
    assert guards_stand() == []


def test_a_guard_that_was_taken_down_is_missed(hand: Connection):
    drop_guards(hand)
    expected = GUARDS.on_sqlite() if is_sqlite() else GUARDS.on_postgresql()

    assert guards_missing() == sorted(expected)
    assert {error.id for error in guards_stand()} == {"audit.E001"}


@sqlite_only
def test_a_guard_of_the_right_name_that_does_nothing_is_missed(hand: Connection):
    hand.execute("DROP TRIGGER audit_leaf_no_delete")
    hand.execute(
        "CREATE TRIGGER audit_leaf_no_delete BEFORE DELETE ON audit_leaf BEGIN SELECT 1; END"
    )

    assert guards_missing() == ["audit_leaf_no_delete"]


@postgresql_only
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE audit_leaf DISABLE TRIGGER audit_leaf_no_change",
        "ALTER TABLE audit_leaf ENABLE TRIGGER audit_leaf_no_change",
        "ALTER TABLE audit_leaf ENABLE REPLICA TRIGGER audit_leaf_no_change",
        "DROP TRIGGER audit_leaf_no_change ON audit_leaf; CREATE TRIGGER audit_leaf_no_change "
        "BEFORE DELETE OR UPDATE ON audit_leaf FOR EACH ROW WHEN (OLD.seq < 0) "
        "EXECUTE FUNCTION audit_refuse(); "
        "ALTER TABLE audit_leaf ENABLE ALWAYS TRIGGER audit_leaf_no_change",
        "DROP TRIGGER audit_leaf_no_change ON audit_leaf; CREATE TRIGGER audit_leaf_no_change "
        "BEFORE DELETE OR UPDATE OF seq ON audit_leaf FOR EACH ROW EXECUTE FUNCTION audit_refuse();"
        "ALTER TABLE audit_leaf ENABLE ALWAYS TRIGGER audit_leaf_no_change",
    ],
)
def test_a_guard_that_was_weakened_is_missed(hand: Connection, change: str):
    hand.execute(change)

    assert guards_missing() == ["audit_leaf_no_change"]


@postgresql_only
def test_a_guard_whose_function_was_emptied_is_missed(hand: Connection):
    hand.execute(
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN COALESCE(NEW, OLD); END $$"
    )

    assert "audit_leaf_no_change" in guards_missing()


def test_the_portal_s_own_connection_is_held_back_too():
    with guard.off("what no action does is tried"), pytest.raises(IntegrityError, match="added"):
        Leaf.objects.update(seq=0)

    assert Leaf.objects.count() == Entry.objects.count() == 300
