"""The portal with one thing taken out, to see what it costs. Never anything but a benchmark.

`BENCH_VARIANT` is `normal` (SQLite without the guarantee on power loss) or `bare` (nothing sealed,
nothing recorded); the rest of the command line is the portal's own.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import django
from django.core.management import execute_from_command_line

MARK = b"bare"


def without_durability() -> None:
    """Commits may be lost on power loss."""
    from django.conf import settings

    for database in settings.DATABASES.values():
        options = database["OPTIONS"]
        if "init_command" in options:
            options["init_command"] = options["init_command"].replace("FULL", "NORMAL")


def without_sealing_and_entries() -> None:
    """Messages are stored as they are; nothing is recorded."""
    from portal.audit import actions
    from portal.kernel.ids import new_id

    items: Any = import_module("messaging.actions.items")
    seals: Any = import_module("messaging.readings.seals")
    sealed = seals.unseal

    def plain(key: Any, text: bytes, place: Any) -> bytes:
        return b"\x01" + int(key.version).to_bytes(4, "big") + MARK + text

    def opened(key: Any, blob: bytes, place: Any) -> bytes:
        return blob[5 + len(MARK) :] if blob[5:].startswith(MARK) else sealed(key, blob, place)

    def unrecorded(actor: Any, event: str, *, patients: Sequence[Any] = (), **detail: Any) -> Any:
        return new_id()

    items.envelope = SimpleNamespace(seal=plain)
    seals.unseal = opened
    actions.record = unrecorded
    actions.record_alone = unrecorded


def main() -> None:
    """Serve the variant."""
    variant = os.environ["BENCH_VARIANT"]
    if variant == "normal":
        without_durability()
    django.setup()
    if variant == "bare":
        without_sealing_and_entries()
    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
