"""How the keys stand: which wrap what, since when, and what is unfinished; and who is erased."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from portal.audit.models import Entry
from portal.audit.selectors.entries import pseudonym_of_patient
from portal.crypto import rewrap, shredding
from portal.crypto.keyring import Keyring, keyring
from portal.crypto.keys import KeyGone
from portal.crypto.models import GONE, PatientKey
from portal.custody.models import Erasure, Rotation
from portal.custody.vocabulary import Event
from portal.kernel import plugs
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class KekLine:
    """One KEK: since when there is one, and how many patient keys it wraps.

    `created_at` is None for one that the keyring lacks although rows are wrapped by it.
    """

    id: str
    is_active: bool
    created_at: datetime | None
    rows: int
    needed_until: datetime | None
    """Until when backups that need it are kept, once nothing here does; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the keys of this installation stand."""

    keks: tuple[KekLine, ...]
    rotation: Rotation | None
    n_shredded: int
    n_lost: int
    """Patients whose shred key is not there although nobody erased them."""
    sheets_at: datetime | None
    newest_key_at: datetime

    @property
    def sheets_are_current(self) -> bool:
        """True if the newest recovery sheets hold every key."""
        return self.sheets_at is not None and self.sheets_at >= self.newest_key_at


def standing() -> Standing:
    """How the keys stand now."""
    ring, counts = keyring(), rewrap.counts()
    made = [datetime.fromisoformat(key.created) for key in ring.keys]
    return Standing(
        keks=_keks(ring, counts),
        rotation=open_rotation(),
        n_shredded=counts.get(GONE, 0),
        n_lost=shredding.n_without_shred_key(),
        sheets_at=_last(Event.SHEETS_MADE),
        newest_key_at=max(made),
    )


def open_rotation() -> Rotation | None:
    """The rotation that is not finished."""
    return Rotation.objects.filter(finished_at=None).first()


def needed_until(kek_id: str, horizon: timedelta) -> datetime | None:
    """Until when backups that need this KEK are kept; None if nobody knows when it was replaced."""
    replaced = Rotation.objects.filter(old_kek=kek_id).exclude(finished_at=None)
    last = replaced.order_by("-finished_at").first()
    return last.finished_at + horizon if last and last.finished_at else None


def opens(ring: Keyring) -> bool:
    """True if a patient key in the database is wrapped by a KEK of this ring."""
    connection = connections["default"]
    if PatientKey._meta.db_table not in connection.introspection.table_names():
        return False
    held = [key.id for key in ring.keys if key.purpose == "kek"]
    return PatientKey.objects.filter(kek_id__in=held).exists()


def day(at: datetime) -> str:
    """The day, in the clinic's calendar."""
    return str(date_format(localtime(at), "j F Y"))


def day_unknown() -> str:
    """In place of a day that nobody knows."""
    return gettext("a day that nobody knows")


def _keks(ring: Keyring, counts: Mapping[str, int]) -> tuple[KekLine, ...]:
    held = [
        KekLine(
            key.id,
            key.state == "active",
            created_at=datetime.fromisoformat(key.created),
            rows=counts.get(key.id, 0),
            needed_until=needed_until(key.id, timedelta(days=settings.BACKUP_DAYS)),
        )
        for key in ring.keys
        if key.purpose == "kek"
    ]
    known = {line.id for line in held} | {GONE}
    missing = [
        KekLine(kek_id, is_active=False, created_at=None, rows=rows, needed_until=None)
        for kek_id, rows in counts.items()
        if kek_id not in known
    ]
    return (*held, *missing)


def _last(event: Event) -> datetime | None:
    entry = Entry.objects.filter(event=event).order_by("-pk").first()
    return entry.at if entry else None


def lock_erasure(actor: Actor, erasure_id: UUID) -> Erasure:
    """The erasure, locked. Raises NotFound."""
    found = Erasure.objects.select_for_update().filter(pk=erasure_id).first()
    if found is None:
        raise NotFound(kind="erasure")
    return found


def erasures() -> list[Erasure]:
    """Every erasure that was asked for, the newest first."""
    return list(Erasure.objects.order_by("-asked_at"))


def is_evidence(told: Mapping[str, Any]) -> bool:
    """True for rows of the log, which stay as they are."""
    return str(told["class"]).startswith("evidence")


def n_rows_about(patient_id: UUID, account_id: UUID | None) -> dict[str, dict[str, Any]]:
    """How many rows each table that the wards name holds about a patient and their account."""
    try:
        pseudonym = pseudonym_of_patient(patient_id)
    except KeyGone:
        pseudonym = ""
    found: dict[str, dict[str, Any]] = {}
    for data in plugs.people_data():
        if data.retention == "record":
            about: UUID | str | None = patient_id
        elif data.retention.startswith("evidence"):
            about = pseudonym or None
        else:
            about = account_id
        if about is not None:
            rows = apps.get_model(data.model)._default_manager.filter(**{data.path: about})
            found[data.model] = {"n": rows.count(), "class": data.retention}
    return found
