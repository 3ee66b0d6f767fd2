"""How the keys stand and what a recovery sheet is, in plain words."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from portal.crypto import sheets
from portal.crypto.keyring import Keyring
from portal.crypto.sheets import Part
from portal.custody.selectors import KekLine, Standing, day

OLD = 730
"""Days after which a KEK should be replaced."""


def told(standing: Standing, now: datetime) -> Iterator[str]:
    """How the keys stand, and what is to be done."""
    yield "Keys that wrap the keys of patients:"
    for line in standing.keks:
        yield f"  {_kek(line, now)}"
    if rotation := standing.rotation:
        yield (
            f"A rotation to key {rotation.new_kek} is not finished: {rotation.moved} rows are "
            "moved. `keys rotate` goes on with it."
        )
    yield (
        f"{standing.n_shredded} patients were erased for good. Backups of the shred keys are kept "
        f"for {settings.SHRED_BACKUP_DAYS} days, those of the database for {settings.BACKUP_DAYS}."
    )
    if standing.n_lost:
        yield (
            f"{standing.n_lost} patients have no shred key although nobody erased them: the store "
            "of shred keys is older than the database. Put back a newer copy of it."
        )
    yield _sheets(standing)


def sheet(part: Part, ring: Keyring, at: datetime) -> str:
    """One recovery sheet, as it is printed."""
    return (
        f"RECOVERY SHEET {part.number} of {sheets.OF} - {settings.CLINIC_NAME}\n"
        f"Printed on {day(at)}. Installation {ring.installation}.\n\n"
        f"Any {sheets.NEED} of the {sheets.OF} sheets of set {part.set} make the keyring of the "
        "portal again.\n"
        "One alone tells nothing. Keep each in another place, with another person.\n"
        "After the key was rotated, print new sheets and destroy these.\n\n"
        f"To use it: type the lines below into a file for each sheet (or scan them), then\n"
        "    python manage.py keys restore FILE FILE\n\n"
        f"{sheets.written(part)}"
    )


def _kek(line: KekLine, now: datetime) -> str:
    rows = f"wraps {line.rows} patient keys"
    if line.created_at is None:
        return f"{line.id}: MISSING from the keyring, and {rows}. Put back the keyring that has it."
    age = (now - line.created_at).days
    text = f"{line.id}: {'active' if line.is_active else 'opens only'}, {age} days old, {rows}"
    if line.is_active:
        return f"{text}. It is old: rotate." if age > OLD else text
    if line.rows:
        return f"{text}; `keys rotate` moves them"
    if line.needed_until is None:
        return f"{text}; nobody knows how old the backups are that need it"
    if line.needed_until > now:
        return f"{text}; backups need it until {day(line.needed_until)}"
    return f"{text}; no backup needs it: `keys rotate --retire {line.id}` destroys it"


def _sheets(standing: Standing) -> str:
    if standing.sheets_at is None:
        return "No recovery sheets were ever made: `keys recovery` prints them. Do it now."
    made = f"The newest recovery sheets are of {day(standing.sheets_at)}"
    if standing.sheets_are_current:
        return f"{made}."
    return f"{made}, and a key is newer: print new ones with `keys recovery`, destroy the old ones."
