"""Whether the log still continues a checkpoint that somebody kept: in a file, or in a letter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.audit import merkle
from portal.audit.errors import NoteRefused
from portal.audit.notes import Checkpoint
from portal.audit.selectors import anchor, log, tree

_QUOTED = re.compile(r"^[> \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_NOTE = re.compile(
    r"^\S+/audit/\S+/\d+\n\d+\n[A-Za-z0-9+/]{43}=\n\n(?:— \S+ [A-Za-z0-9+/=]+(?:\n|\Z))+",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A kept checkpoint beside the present log. `fault` is empty if the log continues it."""

    kept: Checkpoint
    size: int
    epoch: int
    fault: str
    note: str = ""
    """The newest checkpoint, to which the steps lead; empty where none covers the kept one."""
    steps: Sequence[bytes] = ()

    @property
    def continues(self) -> bool:
        """True if the entries of the kept checkpoint are the first ones of the log still."""
        return not self.fault


def note_in(content: str) -> str:
    """The checkpoint in this text, which may be a letter that was quoted. Raises NoteRefused."""
    found = _NOTE.search(_QUOTED.sub(r"\1", content.replace("\r\n", "\n")))
    if found is None:
        raise NoteRefused("there is no checkpoint in it")
    return found[0].rstrip("\n") + "\n"


def compared(content: str) -> Comparison:
    """What the log is to the checkpoint in this text. Raises NoteRefused if it is not ours."""
    kept, size = log.checkpoint_in(note_in(content)), tree.size()
    epoch = log.epoch_in(kept.origin)
    if kept.size > size:
        fault = f"it covers {kept.size} entries, and the log holds {size}"
        return Comparison(kept, size, epoch, fault)
    try:
        same = tree.root(kept.size) == kept.root
    except LookupError:
        same = False
    if not same:
        fault = f"the first {kept.size} entries are not those that it was signed over"
        return Comparison(kept, size, epoch, fault)
    newest = anchor.newest()
    if newest is None or not 0 < kept.size <= newest.size:
        return Comparison(kept, size, epoch, "")
    steps = merkle.consistency_proof(kept.size, newest.size, tree.fetch())
    merkle.check_consistency(kept.size, newest.size, kept.root, bytes(newest.root), steps)
    return Comparison(kept, size, epoch, "", newest.note, steps)
