"""Somebody with the database and without the keys, and what must be found out about it."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.portal.audit.intruder import Connection, is_sqlite


@dataclass(frozen=True)
class Named:
    """The entry that a verification must name: exactly `seq`, or one in between, or none."""

    seq: int | None = None
    not_before: int | None = None

    def fits(self, found: int | None) -> bool:
        """True if the right entry was named."""
        if self.seq is None:
            return True
        if self.not_before is not None:
            return found is not None and self.not_before <= found <= self.seq
        return found == self.seq


class Falsifier:
    """Somebody with the database, without the keys."""

    def __init__(self, hand: Connection, dice: Random, anchor: Path) -> None:
        self.hand, self.dice, self.anchor = hand, dice, anchor
        self.size = self.one("SELECT count(*) FROM audit_leaf")
        rows = self.all("SELECT size FROM audit_checkpoint ORDER BY size")
        self.signed = [0, *(size for (size,) in rows)]

    def one(self, query: str, *values: Any) -> Any:
        """The first column of the first row."""
        return self.all(query, *values)[0][0]

    def all(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows."""
        return list(self.say(query, *values).fetchall())

    def say(self, query: str, *values: Any) -> Any:
        """The statement is carried out; places are written as question marks."""
        return self.hand.execute(query if is_sqlite() else query.replace("?", "%s"), values)

    def seq(self) -> int:
        """Some entry's place."""
        return self.dice.randrange(self.size)

    def two(self, where: str = "") -> tuple[int, int]:
        """The places of two entries, the earlier first."""
        found = [row[0] for row in self.all(f"SELECT l.seq FROM audit_leaf l {where}")]
        one, other = sorted(self.dice.sample(found, 2))
        return one, other

    def entry(self, seq: int) -> Any:
        """The id of the entry at a place."""
        return self.one("SELECT entry_id FROM audit_leaf WHERE seq = ?", seq)

    def bent(self, content: bytes) -> bytes:
        """The bytes with one of them changed."""
        at = self.dice.randrange(len(content))
        return content[:at] + bytes([content[at] ^ self.dice.randrange(1, 256)]) + content[at + 1 :]

    def named(self, seq: int) -> Named:
        """What must be said of a leaf that is gone; the last one only its signature misses."""
        return Named(seq, not_before=self.before(seq) if seq == self.size - 1 else None)

    def before(self, seq: int) -> int:
        """The last signed size that does not cover this place: what is known to be sound."""
        return max(size for size in self.signed if size <= seq)
