"""How the keys stand, what a recovery sheet is, and what an erasure did, in plain words."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings

from portal.crypto import sheets
from portal.crypto.keyring import Keyring
from portal.crypto.sheets import Part
from portal.custody.models import Erasure
from portal.custody.selectors import KekLine, Standing, day
from portal.custody.vocabulary import RETENTION

CALLED = {"audit.Entry": "entries of the log"}
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


def waiting(erasure: Erasure) -> str:
    """One erasure in a line: whose, and how far it has come."""
    if erasure.done_at:
        how = f"erased on {day(erasure.done_at)}"
    elif erasure.begun_at:
        how = "begun, not done: it goes on by itself, or with `keys receipt`"
    elif erasure.decision == "granted":
        how = "granted, not begun: `keys receipt` carries it out"
    else:
        how = "refused" if erasure.decision else "waits for a second person"
    return f"{erasure.pk}  patient {erasure.patient_id}  {how}"


def erased(receipt: dict[str, Any]) -> str:
    """The receipt, for whoever was erased."""
    facts = receipt["facts"]
    horizon = datetime.fromisoformat(facts["backups_unreadable_from"])
    lines = [
        f"RECEIPT OF AN ERASURE - {settings.CLINIC_NAME}",
        f"Erasure {facts['erasure']}, record {facts['patient']}",
        f"Asked for on {_day(facts['asked_at'])}, granted by a second person on "
        f"{_day(facts['decided_at'])}, done on {_day(facts['done_at'])}.",
        "",
        f"{facts['keys_destroyed']} keys were destroyed. Without them nothing that was written in "
        "this record can be read again, by anybody.",
        f"Backups: copies of the keys are kept for {facts['shred_backups_kept_days']} days. From "
        f"{day(horizon)} on no backup can be read either.",
        "",
        "What went, and what stays:",
        *_rows(facts["rows"]),
        "",
        "Why it stays:",
        *(f"  {name}: {why}." for name, why in RETENTION.items()),
        "",
        _place(receipt["entry"]["index"]),
        "Anybody can check it without us: python docs/verify/report.py receipt-….json",
    ]
    return "\n".join(lines) + "\n"


def _rows(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if row["gone"] or row["kept"]:
            plural = apps.get_model(row["table"])._meta.verbose_name_plural
            what = CALLED.get(row["table"], plural)
            yield f"  {what}: {row['gone']} removed, {row['kept']} stay ({row['class']})"


def _place(index: int | None) -> str:
    if index is None:
        return "The entry of this erasure waits to be signed."
    return f"This erasure is entry {index} of the clinic's signed log."


def _day(stamp: str) -> str:
    return day(datetime.fromisoformat(stamp))


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
