"""Asks aics-tlog, somebody else's verifier, what it says of a case. Runs by itself, not with us.

    PYTHONPATH=aics_tlog-0.2.1-py3-none-any.whl python tests/foreign/aics.py < cases.jsonl

One JSON object a line comes in, one word a line goes out: good or bad.
"""

import json
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import aics_tlog as aics


def checkpoint(note: str, vkey: str) -> Any:
    """What the log of this key signed."""
    key = aics.parse_vkey(vkey)
    found = aics.verify_checkpoint(aics.parse_note(note), key, expected_origin=key.name)
    if not found.ok:
        raise ValueError(found.error)
    return found


def is_good(case: dict[str, Any]) -> bool:
    """What it says of the case. Raises ValueError or OSError for a bad one, too."""
    match case["kind"]:
        case "checkpoint":
            return bool(checkpoint(case["note"], case["vkey"]))
        case "tiles":
            signed = checkpoint((Path(case["file"]) / "checkpoint").read_text(), case["vkey"])
            reader = aics.FileSystemTileReader(case["file"])
            return bool(aics.audit_tiles(reader, signed.size, signed.root))
    steps = list(map(b64decode, case["steps"]))
    root2 = b64decode(case["root2"])
    if case["kind"] == "inclusion":
        leaf = b64decode(case["leaf"])
        return bool(aics.verify_inclusion(leaf, case["index"], case["size2"], steps, root2))
    root1 = b64decode(case["root1"])
    return bool(aics.verify_consistency(case["size1"], case["size2"], root1, root2, steps))


def main() -> None:
    """Answer every line."""
    for line in sys.stdin:
        try:
            good = is_good(json.loads(line))
        except (ValueError, OSError):
            good = False
        sys.stdout.write("good\n" if good else "bad\n")


if __name__ == "__main__":
    main()
