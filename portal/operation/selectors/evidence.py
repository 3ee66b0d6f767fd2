"""Whether the log is guarded, numbered and signed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from portal.audit.checks import guards_missing
from portal.audit.models import Entry, Leaf
from portal.audit.selectors import anchor, tree
from portal.kernel import clock
from portal.operation.selectors.findings import Finding, ill, well

LATE = timedelta(seconds=30)
# Entries are numbered in the order of their transactions; one that was open for long comes late.
LOOK_BACK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Lag:
    """How far numbering and signing are behind what was committed."""

    waiting: int
    oldest: datetime | None
    unsigned: int
    unsigned_since: datetime | None
    signed_at: datetime | None

    @property
    def waits(self) -> timedelta:
        """How long the oldest entry has waited for its number."""
        return clock.now() - self.oldest if self.oldest else timedelta()


def lag() -> Lag:
    """How far the sequencer and the signer are behind. Cost does not grow with the log."""
    last = Leaf.objects.select_related("entry").order_by("-seq").first()
    late = Entry.objects.filter(placed=None)
    if last is not None:
        late = late.filter(id__gt=_first_id_at(last.entry.at - LOOK_BACK))
    oldest = late.order_by("id").first()
    kept, size = anchor.newest(), tree.size()
    signed = kept.size if kept else 0
    unsigned = Leaf.objects.select_related("entry").filter(seq=signed).first()
    return Lag(
        late.count(),
        oldest.at if oldest else None,
        size - signed,
        unsigned.entry.at if unsigned else None,
        kept.signed_at if kept else None,
    )


def guarded() -> Finding:
    """Whether the database refuses to change or remove entries."""
    missing = guards_missing()
    if not missing:
        return well("audit guards")
    return ill(
        "audit guards",
        "missing",
        f"guards of the audit log do not stand: {', '.join(missing)}",
        "find out who took them down; `manage.py audit verify` shows what was changed",
    )


def signed() -> Finding:
    """Whether the log is signed as it grows, and nothing has been put back to an earlier state."""
    alarm = anchor.standing().alarm
    if alarm:
        return ill(
            "audit signing",
            "frozen",
            f"signing is frozen: {alarm}",
            "repair nothing yet: docs/audit.md says how to find out what happened",
        )
    behind = lag()
    if behind.unsigned_since and clock.now() - behind.unsigned_since > LATE:
        return ill(
            "audit signing",
            "behind",
            f"{behind.unsigned} entries are not signed yet",
            "a web process (`manage.py serve`) signs; look in its log for `signing`",
        )
    return well("audit signing")


def numbered() -> Finding:
    """Whether entries get their place in the log within seconds."""
    behind = lag()
    if behind.waits <= LATE:
        return well("audit sequencer")
    seconds = round(behind.waits.total_seconds())
    return ill(
        "audit sequencer",
        "behind",
        f"{behind.waiting} entries wait for a number, the oldest for {seconds} seconds",
        "a transaction left open in this database cluster holds it back, or no web process runs",
    )


def _first_id_at(instant: datetime) -> UUID:
    """The smallest id that could have been made at this instant."""
    return UUID(int=max(0, int(instant.timestamp() * 1000)) << 80)
