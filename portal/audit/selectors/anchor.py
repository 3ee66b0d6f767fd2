"""The anchors: the newest checkpoint in files outside the database, and what they tell."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from django.conf import settings

from portal.audit.errors import NoteRefused
from portal.audit.models import Checkpoint as Kept
from portal.audit.notes import Checkpoint
from portal.audit.selectors import instance, log, tree

Why = Literal["", "anchor", "behind", "copy", "differs", "epoch", "keyring", "lost"]
WHYS_FROZEN = tuple(why for why in get_args(Why) if why)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the log may be signed. `alarm` says in plain words why not, `why` in one."""

    size: int
    alarm: str = ""
    why: Why = ""

    @property
    def is_frozen(self) -> bool:
        """True if nothing may be signed until somebody has looked."""
        return bool(self.alarm)

    @property
    def is_fault(self) -> bool:
        """True if the log itself is in doubt. A sound copy of it is none."""
        return self.is_frozen and self.why != "copy"


def files() -> list[Path]:
    """Where anchors stand: ours first, then the copies on other disks."""
    return [settings.ANCHOR_FILE, *settings.ANCHOR_COPIES]


def anchored(path: Path | None = None) -> Checkpoint | None:
    """The checkpoint in an anchor file, ours if not told; None if there is none.

    A disk that is away holds none. Raises NoteRefused.
    """
    try:
        content = (path or settings.ANCHOR_FILE).read_bytes()
    except OSError as error:
        if isinstance(error, FileNotFoundError) or path in settings.ANCHOR_COPIES:
            return None
        raise NoteRefused(f"it cannot be read ({error.strerror})") from None
    return log.checkpoint_in(content)


def newest() -> Kept | None:
    """The newest checkpoint in the database."""
    return Kept.objects.order_by("-number").first()


def last_known() -> Checkpoint | None:
    """The newest checkpoint that we signed, as far as the database and the anchors know."""
    known: list[Checkpoint] = []
    for path in files():
        with suppress(NoteRefused):
            known += [found] if (found := anchored(path)) else []
    if kept := newest():
        with suppress(NoteRefused):
            known.append(log.checkpoint_in(kept.note))
    return max(known, key=lambda one: (log.epoch_in(one.origin), one.size), default=None)


def covering(index: int) -> Kept | None:
    """The newest checkpoint, if it covers this leaf."""
    return Kept.objects.filter(size__gt=index).order_by("-number").first()


def is_there() -> bool:
    """True if there is an anchor file, whatever it says."""
    return bool(settings.ANCHOR_FILE.exists())


def is_behind() -> bool:
    """True unless the newest checkpoint covers the whole log and stands in the anchor file."""
    try:
        anchor = anchored()
    except NoteRefused:
        return True
    kept = newest()
    signed = {(log.epoch_in(anchor.origin), anchor.size) if anchor else (0, 0)}
    signed |= {(kept.epoch, kept.size) if kept else (0, 0)}
    size = tree.size()
    return len(signed) > 1 or signed != {(log.epoch() if size else 0, size)} or instance.is_copy()


def standing() -> Standing:
    """What the database says against what was signed before: restored and rewritten logs show."""
    size, kept = tree.size(), newest()
    try:
        known = [(path, stated) for path in files() if (stated := anchored(path))]
    except NoteRefused as refused:
        return Standing(size, f"the anchor file cannot be trusted: {refused}", "anchor")
    if instance.is_copy():
        return Standing(size, "this is a copy of the installation that signed last", "copy")
    if kept and kept.epoch > log.epoch():
        return Standing(size, "the keyring is older than the newest checkpoint", "keyring")
    epochs = [log.epoch_in(stated.origin) for _, stated in known] + ([kept.epoch] if kept else [])
    if epochs and max(epochs) < log.epoch():
        return Standing(size, "a new epoch was begun and never signed: begin it again", "epoch")
    # An anchor of an epoch that ended stands where another machine began the present one.
    present = [stated for _, stated in known if log.epoch_in(stated.origin) == log.epoch()]
    return _compared(size, present, kept)


def _compared(size: int, anchors: list[Checkpoint], kept: Kept | None) -> Standing:
    for anchor in anchors:
        found = _difference(size, anchor.size, anchor.root, "the anchor")
        if found.is_frozen:
            return found
    if kept and kept.epoch == log.epoch():
        found = _difference(size, kept.size, bytes(kept.root), "the last checkpoint")
        if found.is_frozen:
            return found
    held = (kept.epoch, kept.size) if kept else (0, 0)
    if any(held < (log.epoch(), anchor.size) for anchor in anchors):
        return Standing(size, "the anchor knows a checkpoint that the database has lost", "lost")
    return Standing(size)


def _difference(size: int, signed: int, root: bytes, where: str) -> Standing:
    if size < signed:
        return Standing(
            size,
            f"the database holds {size} entries, {where} {signed}: it was restored from an older "
            "copy, or entries were removed",
            "behind",
        )
    try:
        same = tree.root(signed) == root
    except LookupError:
        same = False
    if same:
        return Standing(size)
    told = f"the first {signed} entries are not those that {where} was signed over"
    return Standing(size, told, "differs")
