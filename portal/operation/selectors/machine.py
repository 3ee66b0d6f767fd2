"""What the machine says: modes of files, room on the disk, the clock, zone data, backups."""

import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from zoneinfo import TZPATH

from django.conf import settings
from django.db import connections

from portal.audit.models import Entry
from portal.crypto.keyring import FILE
from portal.kernel import clock
from portal.operation.selectors.findings import Finding, ill, well

LEAST_FREE, SCARCE = 256 * 1024**2, 0.05
STEP = timedelta(seconds=2)
OLD_BACKUP = timedelta(hours=26)
OLD_ZONES = 1


def open_to_others() -> list[Path]:
    """Keys, databases and letters that somebody else on this machine could read."""
    return [path for path in _private() if _mode(path) & 0o077]


def files() -> Finding:
    """Whether keys and data are closed to others on this machine."""
    wide = open_to_others()
    if not wide:
        return well("file modes")
    names = ", ".join(map(str, wide))
    return ill(
        "file modes",
        "open",
        f"others on this machine may read {names}",
        "chmod go= on each of them, then find out who has read them; keys may have to be rotated",
    )


def disk() -> Finding:
    """Whether there is room to write. A full disk takes nothing in, and loses nothing."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    told = f"{usage.free // 1024**2} MiB are free where {settings.DATA_DIR} lies"
    if usage.free < LEAST_FREE or usage.free < usage.total * SCARCE:
        return ill(
            "disk", "full", told, "make room: old copies, logs; the portal itself keeps little"
        )
    return well("disk", told)


def backups() -> Finding:
    """Whether a backup was made lately, as far as anybody has told."""
    if not settings.BACKUP_STAMP:
        return well(
            "backups",
            "nobody has told: name a file that each backup touches in PORTAL_BACKUP_STAMP",
            word="unknown",
        )
    try:
        made = Path(settings.BACKUP_STAMP).stat().st_mtime
    except OSError:
        return ill("backups", "none", "no backup has been made yet", "make one: docs/running.md")
    age = timedelta(seconds=max(0.0, clock.now().timestamp() - made))
    if age > OLD_BACKUP:
        hours = round(age.total_seconds() / 3600)
        return ill("backups", "old", f"the last backup is {hours} hours old", "see why it stopped")
    return well("backups", f"the last one is {round(age.total_seconds() / 3600)} hours old")


def clocks() -> Finding:
    """Whether this machine's clock agrees with the database's, and has not gone back."""
    now, last = clock.now(), Entry.objects.order_by("-id").values_list("at", flat=True).first()
    advice = "let time synchronisation (chrony, systemd-timesyncd) set the clocks"
    if last is not None and last - now > STEP:
        ahead = round((last - now).total_seconds())
        return ill("clock", "back", f"the newest entry lies {ahead} seconds in the future", advice)
    theirs = _clock_of_database()
    if theirs is not None and abs(theirs - now) > STEP:
        apart = round(abs(theirs - now).total_seconds())
        return ill("clock", "apart", f"the database's clock is {apart} seconds off ours", advice)
    return well("clock", clock.stamp(now))


def zones() -> Finding:
    """Which zone rules appointments are reckoned by, and whether they are of late."""
    version, where = zone_version()
    told = f"zone rules {version} ({where})"
    if version[:4].isdecimal() and clock.now().year - int(version[:4]) > OLD_ZONES:
        return ill(
            "zones", "old", told, "update the system's tzdata: rules change every few months"
        )
    return well("zones", told)


def zone_version() -> tuple[str, str]:
    """The version of the zone rules that are used, and where they come from."""
    for folder in TZPATH:
        for name in ("tzdata.zi", "+VERSION"):
            path = Path(folder) / name
            if path.is_file():
                with path.open(encoding="ascii", errors="replace") as file:
                    return file.readline().removeprefix("# version ").strip(), "the system's"
        if (Path(folder) / "Europe").is_dir():
            return "unknown", "the system's"
    return metadata.version("tzdata"), "the package tzdata"


def _clock_of_database() -> datetime | None:
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def _private() -> Iterator[Path]:
    for path in (settings.KEY_DIR, settings.KEY_DIR / FILE, settings.DATA_DIR):
        if path.exists():
            yield path


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
