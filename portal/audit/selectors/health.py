"""Whether the log is well, for whoever watches the portal: cheap, and without a word of content."""

from dataclasses import dataclass
from datetime import datetime

from portal.audit.selectors import anchor, log


@dataclass(frozen=True, slots=True)
class Health:
    """How the log stands now. `alarm` is empty unless signing is frozen; `why` is its code."""

    size: int
    signed: int
    """How many entries the newest checkpoint covers."""
    signed_at: datetime | None
    epoch: int
    alarm: str
    why: str

    @property
    def is_well(self) -> bool:
        """True unless signing is frozen. Then the portal stays usable, and somebody must look."""
        return not self.alarm


def health() -> Health:
    """The log against its anchors, at the cost of a few rows however long it is."""
    standing, kept = anchor.standing(), anchor.newest()
    return Health(
        size=standing.size,
        signed=kept.size if kept else 0,
        signed_at=kept.signed_at if kept else None,
        epoch=log.epoch(),
        alarm=standing.alarm,
        why=standing.why,
    )
