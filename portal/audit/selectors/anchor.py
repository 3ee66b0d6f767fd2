"""The anchor: the newest checkpoint in a file outside the database, and what it tells."""

from dataclasses import dataclass

from django.conf import settings

from portal.audit.errors import NoteRefused
from portal.audit.models import Checkpoint as Kept
from portal.audit.notes import Checkpoint
from portal.audit.selectors import log, tree


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the log may be signed. `alarm` says in plain words why not."""

    size: int
    alarm: str = ""

    @property
    def is_frozen(self) -> bool:
        """True if nothing may be signed until somebody has looked."""
        return bool(self.alarm)


def anchored() -> Checkpoint | None:
    """The checkpoint in the anchor file; None before the first. Raises NoteRefused."""
    try:
        content = settings.ANCHOR_FILE.read_bytes()
    except FileNotFoundError:
        return None
    return log.checkpoint_in(content)


def newest() -> Kept | None:
    """The newest checkpoint in the database."""
    return Kept.objects.order_by("-number").first()


def is_behind() -> bool:
    """True unless the newest checkpoint covers the whole log and stands in the anchor file."""
    try:
        anchor = anchored()
    except NoteRefused:
        return True
    kept = newest()
    sizes = {tree.size(), kept.size if kept else 0, anchor.size if anchor else 0}
    return len(sizes) > 1


def standing() -> Standing:
    """What the database says against what was signed before: restored and rewritten logs show."""
    size = tree.size()
    try:
        anchor = anchored()
    except NoteRefused as refused:
        return Standing(size, f"the anchor file cannot be trusted: {refused}")
    if anchor and (alarm := _difference(size, anchor.size, anchor.root, "the anchor")):
        return Standing(size, alarm)
    kept = newest()
    if kept and (alarm := _difference(size, kept.size, bytes(kept.root), "the last checkpoint")):
        return Standing(size, alarm)
    if anchor and (not kept or kept.size < anchor.size):
        return Standing(size, "the anchor knows a checkpoint that the database has lost")
    return Standing(size)


def _difference(size: int, signed: int, root: bytes, where: str) -> str:
    if size < signed:
        return (
            f"the database holds {size} entries, {where} {signed}: it was restored from an older "
            "copy, or entries were removed"
        )
    try:
        same = tree.root(signed) == root
    except LookupError:
        same = False
    return "" if same else f"the first {signed} entries are not those that {where} was signed over"
