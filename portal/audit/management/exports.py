"""Writing the signed log to files. Never more than a tile or a page of it is in memory."""

import json
import os
from pathlib import Path

from portal.audit import actions
from portal.audit.models import Checkpoint
from portal.audit.selectors import published
from portal.audit.tiles import WIDTH
from portal.audit.vocabulary import Event
from portal.kernel import door
from portal.kernel.actor import Actor


class NothingSigned(Exception):
    """The log was never signed: there is nothing that an outsider could check."""


def export(actor: Actor, form: str, target: Path) -> Checkpoint:
    """The files hold every entry that the newest checkpoint covers; the export is an entry, too.

    Raises NothingSigned.
    """
    kept = published.checkpoint()
    if kept is None:
        raise NothingSigned("the log was never signed")
    door.run(_record, actor, form, kept.size)
    if form == "tiles":
        _write_tiles(target, kept)
    else:
        _write_lines(target, kept.size)
    return kept


def _record(actor: Actor, form: str, size: int) -> None:
    actions.record(actor, Event.LOG_EXPORTED, form=form, size=size)


def _write_tiles(folder: Path, kept: Checkpoint) -> None:
    """The checkpoint comes last: whoever finds it finds all that it covers."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place, content in published.files(kept.size):
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (folder / "checkpoint").write_text(kept.note, encoding="utf-8")


def _write_lines(file: Path, size: int) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as lines:
        for first in range(0, size, WIDTH):
            for seq, content in published.leaves(first, min(WIDTH, size - first)):
                lines.write(json.dumps({"index": seq, "leaf": content.decode()}) + "\n")
