"""Refuses to go on with a keyring that is not the one of this database."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from portal.crypto.keyring import keyring
from portal.crypto.models import GONE, PatientKey


def keyring_fits(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """An error if patient keys are wrapped by a KEK that the keyring lacks.

    A lost keyring is replaced by a new one on the next start. Without this check the portal would
    go on, unable to read what it has, and make the loss worse.
    """
    if "default" not in (databases or ()):
        return []
    connection = connections["default"]
    if PatientKey._meta.db_table not in connection.introspection.table_names():
        return []
    held = {key.id for key in keyring().keys if key.purpose == "kek"}
    wrapped_by = (
        PatientKey.objects.exclude(kek_id=GONE)
        .order_by()
        .values_list("kek_id", flat=True)
        .distinct()
    )
    return [
        Error(
            f"patient keys are wrapped by the KEK {kek_id}, which the keyring lacks",
            hint="put back the keyring that belongs to this database",
            id="crypto.E001",
        )
        for kek_id in sorted(set(wrapped_by) - held)
    ]
