"""Numbering: entries become leaves, and the tree grows over them.

On SQLite the transaction that holds the entries does it. On PostgreSQL transactions commit in any
order, so one sequencer takes entries once every older transaction has ended: none can come late.
"""

import threading
from collections.abc import Sequence
from typing import Any

from django.db import connection

from portal.audit import merkle
from portal.audit.actions.rows import LEAVES, TILES
from portal.audit.selectors import tree
from portal.audit.tiles import Growth, Tile
from portal.kernel import door
from portal.kernel.actor import Actor

BATCH = 1024
EAGER = 256
LOCK = 0x61756469_74736571

LAST = "SELECT seq, leaf_hash FROM audit_leaf ORDER BY seq DESC LIMIT 1"
# Below the horizon no transaction is alive, so what is found there in this order is final.
WINDOW = """
    WITH last AS (
        SELECT e.xact, e.id FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
        ORDER BY l.seq DESC LIMIT 1
    ), start AS (
        SELECT xact, id FROM last WHERE xact < pg_snapshot_xmax(pg_current_snapshot())
    )
    SELECT e.id, e.leaf FROM audit_entry e
    WHERE e.xact < pg_snapshot_xmin(pg_current_snapshot())
      AND (e.xact, e.id) > (
          COALESCE((SELECT xact FROM start), '0'::xid8),
          COALESCE((SELECT id FROM start), '00000000-0000-0000-0000-000000000000'::uuid)
      )
    ORDER BY e.xact, e.id LIMIT %s
"""
# By itself, not as a join: for a join the planner may read every leaf there is.
PLACED = "SELECT entry_id FROM audit_leaf WHERE entry_id = ANY(%s)"
# Numbers at or above the snapshot's end come from another cluster, of whose dump this database was
# made; until our own have passed them, old and new entries lie in one another's way.
ELSEWHERE = """
    SELECT e.id, e.leaf FROM audit_entry e
    WHERE (e.xact < pg_snapshot_xmin(pg_current_snapshot())
           OR e.xact >= pg_snapshot_xmax(pg_current_snapshot()))
      AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id)
    ORDER BY e.xact, e.id LIMIT %s
"""
FROM_ELSEWHERE = """
    SELECT EXISTS (
        SELECT 1 FROM audit_entry e WHERE e.xact >= pg_snapshot_xmax(pg_current_snapshot())
        AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id)
    )
"""


class Numbering:
    """The tree as this process last saw it, and how many of its entries wait for a place."""

    def __init__(self) -> None:
        self.many_waiting = threading.Event()
        self._waiting = 0
        self._guard = threading.Lock()
        self._grown: dict[str, Growth] = {}

    def announce(self, entries: int) -> None:
        """So many more entries wait for the sequencer; many of them hurry it."""
        self._waiting += entries
        if self._waiting >= EAGER:
            self.many_waiting.set()

    def begin(self) -> None:
        """The sequencer looks now."""
        self._waiting = 0
        self.many_waiting.clear()

    def place(self, entries: Sequence[tuple[Any, bytes]]) -> None:
        """The entries (key, leaf) are the next leaves, in this order. In a transaction."""
        rows: list[tuple[int, Any, bytes]] = []
        filled: list[Tile] = []
        with self._guard:
            growth = self._current()
            for key, content in entries:
                hashed = merkle.leaf_hash(content)
                rows.append((growth.size, key, hashed))
                filled += growth.append(hashed)
        LEAVES.insert(rows)
        TILES.insert([(t.level, t.index, t.root, t.hashes) for t in filled])

    def _current(self) -> Growth:
        """The tree in memory, if it is the one in the tables; else the one in the tables.

        It is not when another process appended, or when the transaction that last grew it was
        taken back. Leaves hold ids and salts, so size and last hash tell any two trees apart.
        """
        with connection.cursor() as cursor:
            cursor.execute(LAST)
            row = cursor.fetchone()
        size, last = (row[0] + 1, bytes(row[1])) if row else (0, b"")
        growth = self._grown.get(connection.alias)
        if growth is None or (growth.size, growth.last) != (size, last):
            growth = self._grown[connection.alias] = tree.growth()
        return growth


numbering = Numbering()


def sequence_once(actor: Actor) -> int:
    """What was committed and is final has its place in the tree. Returns how many entries did.

    On SQLite there is never anything to do. If another process is at it, nothing is done here.

    Locks: the sequencer's advisory lock, until the commit.
    Records: nothing; it numbers what was recorded.
    """
    if connection.vendor == "sqlite":
        return 0
    numbering.begin()
    return door.run(_sequence, actor)


def sequence_all(actor: Actor) -> None:
    """Everything that was final when it was called has its place, or another process is at it.

    Locks: the sequencer's advisory lock, a batch at a time.
    Records: nothing; it numbers what was recorded.
    """
    while sequence_once(actor) > BATCH // 2:
        pass


def _sequence(actor: Actor) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(WINDOW, [BATCH])
        rows = cursor.fetchall()
        cursor.execute(PLACED, [[entry for entry, _ in rows]])
        done = {entry for (entry,) in cursor.fetchall()}
        pending = [(entry, bytes(content)) for entry, content in rows if entry not in done]
        cursor.execute(FROM_ELSEWHERE)
        if cursor.fetchone()[0] or (len(rows) == BATCH and not pending):
            cursor.execute(ELSEWHERE, [BATCH])
            pending = [(entry, bytes(content)) for entry, content in cursor.fetchall()]
    if pending:
        numbering.place(pending)
    return len(pending)
