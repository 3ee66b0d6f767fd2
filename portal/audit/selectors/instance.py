"""Whether this installation is the one whose log it signs, or a copy of it that began elsewhere.

A copied folder has another inode; a copied machine has, as a rule, another id. What stands in the
file says which folder on which machine signed last.
"""

from hashlib import sha256
from pathlib import Path

from django.conf import settings

MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
UNKNOWN = "-"


def file() -> Path:
    """Where the mark stands."""
    path: Path = settings.ANCHOR_FILE
    return path.with_name("instance")


def mark() -> str:
    """The mark of this folder on this machine. Raises OSError where there is no folder yet."""
    return f"{_machine()} {file().parent.stat().st_ino}\n"


def is_copy() -> bool:
    """True if another machine or another folder signed last. False before the first signature."""
    try:
        before = file().read_text(encoding="ascii", errors="replace").split()
        machine, folder = mark().split()
    except OSError:
        return False
    if len(before) != 2 or before[1] != folder:
        return True
    # Many containers have no machine id; what is not known is no other machine.
    return UNKNOWN not in {before[0], machine} and before[0] != machine


def _machine() -> str:
    """A name for this machine that tells nobody its id."""
    for path in MACHINE_IDS:
        try:
            told = path.read_bytes().strip()
        except OSError:
            continue
        if told:
            return sha256(b"portal.instance.v1" + told).hexdigest()[:16]
    return UNKNOWN
