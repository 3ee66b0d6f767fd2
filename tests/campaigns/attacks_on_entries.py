"""Ways to falsify entries in the database, each with the entry that must be named for it."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

from portal.audit import merkle, tiles
from tests.campaigns.falsifier import Falsifier, Named
from tests.portal.audit.intruder import is_sqlite

NOWHERE = 2**40
FINAL = "SELECT xact < pg_snapshot_xmin(pg_current_snapshot()) FROM audit_entry WHERE id = ?"


def changed_leaf(who: Falsifier) -> Named:
    """Other bytes in a leaf."""
    seq = who.seq()
    content = bytes(who.one("SELECT leaf FROM audit_entry WHERE id = ?", who.entry(seq)))
    who.say("UPDATE audit_entry SET leaf = ? WHERE id = ?", who.bent(content), who.entry(seq))
    return Named(seq)


def changed_column(who: Falsifier) -> Named:
    """A column that says something else than the leaf."""
    seq = who.seq()
    column = who.dice.choice(["event", "actor", "patient", "subject", "outcome", "request", "at"])
    value: Any = {"outcome": 4, "request": "other"}.get(column, f"{column}.other"[:24])
    if column == "at":
        entry = who.entry(seq)
        (earlier,) = who.all("SELECT at FROM audit_entry ORDER BY id LIMIT 1")[0]
        same = who.one("SELECT at FROM audit_entry WHERE id = ?", entry) == earlier
        later = "2031-01-01 00:00:00.000001"
        value = later if is_sqlite() or same else earlier - timedelta(seconds=1)
    who.say(f"UPDATE audit_entry SET {column} = ? WHERE id = ?", value, who.entry(seq))
    return Named(seq)


def removed_entry(who: Falsifier) -> Named:
    """An entry gone, its leaf left."""
    seq = who.seq()
    who.say("DELETE FROM audit_entry WHERE id = ?", who.entry(seq))
    return Named(seq)


def removed_with_leaf(who: Falsifier) -> Named:
    """An entry gone, with everything that is its own."""
    seq = who.seq()
    entry = who.entry(seq)
    for table, column in (
        ("audit_entry", "id"),
        ("audit_detail", "entry_id"),
        ("audit_mention", "entry_id"),
        ("audit_leaf", "entry_id"),
    ):
        who.say(f"DELETE FROM {table} WHERE {column} = ?", entry)
    return who.named(seq)


def closed_ranks(who: Falsifier) -> Named:
    """An entry gone, and those behind it moved up one place."""
    seq = who.dice.randrange(who.size - 1)
    removed_at(who, seq)
    for at in range(seq + 1, who.size):
        who.say("UPDATE audit_leaf SET seq = ? WHERE seq = ?", at - 1, at)
    return Named(seq, not_before=who.before(seq))


def removed_at(who: Falsifier, seq: int) -> None:
    """The entry at this place and its leaf are gone."""
    entry = who.entry(seq)
    who.say("DELETE FROM audit_leaf WHERE seq = ?", seq)
    who.say("DELETE FROM audit_detail WHERE entry_id = ?", entry)
    who.say("DELETE FROM audit_mention WHERE entry_id = ?", entry)
    who.say("DELETE FROM audit_entry WHERE id = ?", entry)


def cut_tail(who: Falsifier) -> Named:
    """The end of the log gone, without a trace in the other tables."""
    seq = who.dice.randrange(who.size - 200, who.size)
    later = "(SELECT entry_id FROM audit_leaf WHERE seq >= ?)"
    for table, column in (
        ("audit_detail", "entry_id"),
        ("audit_mention", "entry_id"),
        ("audit_entry", "id"),
    ):
        who.say(f"DELETE FROM {table} WHERE {column} IN {later}", seq)
    who.say("DELETE FROM audit_leaf WHERE seq >= ?", seq)
    who.say('DELETE FROM audit_tile WHERE level = 0 AND ("index" + 1) * 256 > ?', seq)
    if who.dice.random() < 0.5:
        who.say("DELETE FROM audit_checkpoint WHERE size > ?", seq)
    return Named(seq, not_before=who.before(seq))


def changed_leaf_hash(who: Falsifier) -> Named:
    """Another hash beside an entry."""
    seq = who.seq()
    hashed = bytes(who.one("SELECT leaf_hash FROM audit_leaf WHERE seq = ?", seq))
    who.say("UPDATE audit_leaf SET leaf_hash = ? WHERE seq = ?", who.bent(hashed), seq)
    return Named(seq)


def removed_leaf(who: Falsifier) -> Named:
    """A place without a leaf."""
    seq = who.seq()
    who.say("DELETE FROM audit_leaf WHERE seq = ?", seq)
    return who.named(seq)


def swapped_leaves(who: Falsifier) -> Named:
    """Two entries in each other's bytes."""
    one, other = who.two()
    ids = who.entry(one), who.entry(other)
    contents = [who.one("SELECT leaf FROM audit_entry WHERE id = ?", id_) for id_ in ids]
    who.say("UPDATE audit_entry SET leaf = ? WHERE id = ?", contents[1], ids[0])
    who.say("UPDATE audit_entry SET leaf = ? WHERE id = ?", contents[0], ids[1])
    return Named(one)


def swapped_places(who: Falsifier) -> Named:
    """Two entries in each other's places: every row is sound, only the order is not."""
    one, other = who.two()
    for before, after in ((one, NOWHERE), (other, one), (NOWHERE, other)):
        who.say("UPDATE audit_leaf SET seq = ? WHERE seq = ?", after, before)
    return Named(one, not_before=who.before(one))


def swapped_entries(who: Falsifier) -> Named:
    """Two leaves that point at each other's entries."""
    one, other = who.two()
    ids = who.entry(one), who.entry(other)
    nobody = uuid4().hex if is_sqlite() else uuid4()
    for seq, entry in ((one, nobody), (other, ids[0]), (one, ids[1])):
        who.say("UPDATE audit_leaf SET entry_id = ? WHERE seq = ?", entry, seq)
    return Named(one)


def rewritten(who: Falsifier) -> Named:
    """A leaf, its hash and every tile made to fit: all is sound but the signatures."""
    seq = who.seq()
    other = who.entry(next(at for at in who.two() if at != seq))
    entry = who.entry(seq)
    for column in ("leaf", "event", "at", "actor", "patient", "subject", "outcome", "request"):
        value = who.one(f"SELECT {column} FROM audit_entry WHERE id = ?", other)
        who.say(f"UPDATE audit_entry SET {column} = ? WHERE id = ?", value, entry)
    who.say("DELETE FROM audit_detail WHERE entry_id = ?", entry)
    who.say("DELETE FROM audit_mention WHERE entry_id = ?", entry)
    for (patient,) in who.all("SELECT patient FROM audit_mention WHERE entry_id = ?", other):
        who.say("INSERT INTO audit_mention (entry_id, patient) VALUES (?, ?)", entry, patient)
    content = bytes(who.one("SELECT leaf FROM audit_entry WHERE id = ?", entry))
    hashed = merkle.leaf_hash(content)
    who.say("UPDATE audit_leaf SET leaf_hash = ? WHERE seq = ?", hashed, seq)
    growth = tiles.Growth()
    for (leaf,) in who.all("SELECT leaf_hash FROM audit_leaf ORDER BY seq"):
        for tile in growth.append(bytes(leaf)):
            who.say(
                'UPDATE audit_tile SET hashes = ?, root = ? WHERE level = ? AND "index" = ?',
                tile.hashes,
                tile.root,
                tile.level,
                tile.index,
            )
    return Named(seq, not_before=who.before(seq))


def forged_entry(who: Falsifier) -> Named:
    """An entry that was slipped in beside the log."""
    fresh = uuid4().hex if is_sqlite() else uuid4()
    who.say(
        "INSERT INTO audit_entry (id, leaf, event, at, actor, outcome, request) "
        "SELECT ?, leaf, event, '2020-02-02 00:00:00', actor, outcome, request "
        "FROM audit_entry WHERE id = ?",
        fresh,
        who.entry(who.seq()),
    )
    if not is_sqlite():
        # Until then it waits like any other entry, and nobody could tell.
        end = time.monotonic() + 300
        while not who.one(FINAL, fresh):
            assert time.monotonic() < end, "an older transaction does not end"
            time.sleep(0.02)
    return Named()


def changed_detail(who: Falsifier) -> Named:
    """Other bytes in sealed details."""
    seq = who.seq()
    sealed = bytes(who.one("SELECT sealed FROM audit_detail WHERE entry_id = ?", who.entry(seq)))
    spoilt = who.bent(sealed) if who.dice.random() < 0.7 else sealed[:-1]
    who.say("UPDATE audit_detail SET sealed = ? WHERE entry_id = ?", spoilt, who.entry(seq))
    return Named(seq)


def swapped_details(who: Falsifier) -> Named:
    """Two entries with each other's details."""
    one, other = who.two()
    ids = who.entry(one), who.entry(other)
    sealed = [who.one("SELECT sealed FROM audit_detail WHERE entry_id = ?", id_) for id_ in ids]
    who.say("UPDATE audit_detail SET sealed = ? WHERE entry_id = ?", sealed[1], ids[0])
    who.say("UPDATE audit_detail SET sealed = ? WHERE entry_id = ?", sealed[0], ids[1])
    return Named(one)


def changed_mention(who: Falsifier) -> Named:
    """A patient added to, taken from or exchanged in a list."""
    listed = "JOIN audit_mention m ON m.entry_id = l.entry_id"
    seq = who.two(listed)[0]
    entry = who.entry(seq)
    patient = who.one("SELECT patient FROM audit_mention WHERE entry_id = ? LIMIT 1", entry)
    where = "WHERE entry_id = ? AND patient = ?"
    match who.dice.randrange(3):
        case 0:
            who.say(f"DELETE FROM audit_mention {where}", entry, patient)
        case 1:
            who.say(f"UPDATE audit_mention SET patient = 's_other' {where}", entry, patient)
        case _:
            seq = who.seq()
            who.say(
                "INSERT INTO audit_mention (entry_id, patient) VALUES (?, 's_other')",
                who.entry(seq),
            )
    return Named(seq)


ON_ENTRIES = (
    changed_leaf,
    changed_column,
    removed_entry,
    removed_with_leaf,
    closed_ranks,
    cut_tail,
    changed_leaf_hash,
    removed_leaf,
    swapped_leaves,
    swapped_places,
    swapped_entries,
    rewritten,
    forged_entry,
    changed_detail,
    swapped_details,
    changed_mention,
)
