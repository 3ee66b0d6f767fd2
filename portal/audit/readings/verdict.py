"""What a verification found."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from portal.audit.merkle import EMPTY_ROOT

MOST_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: what, and at which entry if that can be told.

    With `last` it is one of the entries from `seq` to there: signatures cover many at once.
    """

    kind: str
    what: str
    seq: int | None = None
    last: int | None = None
    entry: UUID | None = None

    def as_json(self) -> Mapping[str, Any]:
        """The finding for programs."""
        entry = str(self.entry) if self.entry else None
        return {
            "kind": self.kind,
            "what": self.what,
            "seq": self.seq,
            "last": self.last,
            "entry": entry,
        }


@dataclass(slots=True)
class Verdict:
    """The log holds if nothing is wrong. The other counts are for the reader, and no fault."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    checkpoints: int = 0
    signed: int = 0
    """How many entries the newest sound checkpoint covers."""
    details: int = 0
    details_deleted: int = 0
    details_closed: int = 0
    """Details of patients who were erased: nobody can open them."""
    waiting: int = 0
    """Entries that the sequencer has not numbered yet."""
    numbers_skipped: int = 0
    """Entries that a process counted and never committed: transactions taken back, as a rule."""
    wrong: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    _exact: Finding | None = None
    _span: Finding | None = None
    _other: Finding | None = None

    @property
    def holds(self) -> bool:
        """True if all is well."""
        return not self.wrong

    @property
    def first(self) -> Finding | None:
        """What names the earliest bad entry, as closely as it can be told."""
        exact, span = self._exact, self._span
        if exact and span and _place(exact) > (span.last or 0):
            return span
        return exact or span or self._other

    def report(
        self,
        kind: str,
        what: str,
        *,
        seq: int | None = None,
        last: int | None = None,
        entry: UUID | None = None,
    ) -> None:
        """This is wrong. All are counted, the first hundred are kept, and the earliest entry."""
        finding = Finding(kind, what, seq, last, entry)
        self.wrong += 1
        self.kinds[kind] += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        if seq is None:
            self._other = self._other or finding
        elif last is not None:
            self._span = self._span or finding
        elif self._exact is None or seq < _place(self._exact):
            self._exact = finding

    def as_json(self) -> Mapping[str, Any]:
        """The verdict for programs."""
        return {
            "holds": self.holds,
            "size": self.size,
            "root": self.root.hex(),
            "checkpoints": self.checkpoints,
            "signed": self.signed,
            "details": self.details,
            "details_deleted": self.details_deleted,
            "details_closed": self.details_closed,
            "waiting": self.waiting,
            "numbers_skipped": self.numbers_skipped,
            "wrong": self.wrong,
            "kinds": dict(self.kinds),
            "first": self.first.as_json() if self.first else None,
            "findings": [finding.as_json() for finding in self.findings],
        }


def _place(finding: Finding) -> int:
    return finding.seq or 0
