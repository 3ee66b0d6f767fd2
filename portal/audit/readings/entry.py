"""Checking one entry: its leaf, the columns that repeat it, and its sealed details."""

from datetime import datetime
from uuid import UUID

from portal.audit import leaves, merkle
from portal.audit.errors import LeafRefused
from portal.audit.leaves import Leaf
from portal.audit.readings.details import Opener
from portal.audit.readings.verdict import Verdict
from portal.audit.selectors import entries
from portal.audit.selectors.whole import Columns, Placed
from portal.crypto.keys import KeyGone, KeyMissing
from portal.crypto.primitives import SealBroken


class EntryCheck:
    """Checks entries one after the other and reports to the verdict."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._patients = entries.patients_by_pseudonym()
        self._opener = Opener()
        self._numbers: dict[str, tuple[int, int]] = {}

    def check(self, row: Placed) -> None:
        """What is wrong with this entry is on record, and how it came to be counted, too."""
        if row.content is None or row.columns is None:
            self._wrong(row, "entry", "the entry is missing")
            return
        if merkle.leaf_hash(row.content) != row.leaf_hash:
            self._wrong(row, "leaf", "the leaf's bytes are not those of its hash")
        try:
            leaf = leaves.decode(row.content)
        except LeafRefused as refused:
            self._wrong(row, "leaf", f"the leaf cannot be read: {refused}")
            return
        for name in differing(leaf, row.columns):
            self._wrong(row, "column", f"the column {name} is not what the leaf says")
        self._details(row, leaf)
        most, seen = self._numbers.get(leaf.boot, (-1, 0))
        self._numbers[leaf.boot] = max(most, leaf.n), seen + 1

    def end(self) -> None:
        """All entries were checked."""
        self._verdict.numbers_skipped = sum(
            max(0, most + 1 - seen) for most, seen in self._numbers.values()
        )

    def _details(self, row: Placed, leaf: Leaf) -> None:
        if row.sealed is None:
            self._verdict.details_deleted += 1
            return
        try:
            patient = self._patient(leaf)
            found = self._opener.open(row.entry, patient, row.sealed)
        except KeyGone:
            self._verdict.details_closed += 1
            return
        except (SealBroken, LeafRefused, KeyMissing):
            self._wrong(row, "detail", "the details were changed: they do not open")
            return
        self._verdict.details += 1
        for name in found.unfit(leaf):
            self._wrong(row, "detail", f"the detail {name} does not fit its commitment")

    def _patient(self, leaf: Leaf) -> UUID | None:
        """Whose key sealed the details; None for the installation's. Raises KeyGone."""
        if len(leaf.sub) != 1 or leaf.sub[0] == leaves.ERASED:
            return None
        try:
            return self._patients[leaf.sub[0]]
        except KeyError:
            raise KeyGone("erased") from None

    def _wrong(self, row: Placed, kind: str, what: str) -> None:
        self._verdict.report(kind, what, seq=row.seq, entry=row.entry)


def differing(leaf: Leaf, columns: Columns) -> list[str]:
    """The columns that say something else than the leaf."""
    one = len(leaf.sub) == 1
    said = {
        "event": (leaf.ev, columns.event),
        "at": (datetime.fromisoformat(leaf.t), columns.at),
        "actor": (leaf.act, columns.actor),
        "patient": (leaf.sub[0] if one else None, columns.patient),
        "subject": (leaf.obj or None, columns.subject),
        "outcome": (leaf.out, columns.outcome),
        "request": (leaf.req, columns.request),
        "mentions": (frozenset() if one else frozenset(leaf.sub), columns.mentions),
    }
    return [name for name, (leafs, columns_) in said.items() if leafs != columns_]
