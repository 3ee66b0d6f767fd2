"""What the tests of custody share: patients whose keys are wrapped, and whether they all open."""

from collections.abc import Sequence
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from portal.audit.models import Entry
from portal.crypto import keys
from portal.crypto.models import PatientKey
from portal.custody import actions
from portal.custody.models import Erasure
from portal.kernel import door
from portal.kernel.actor import system_actor
from portal.kernel.ids import new_id
from tests.cast import Cast

BOTH = ["default", "shred"]
committed = pytest.mark.django_db(databases=BOTH, transaction=True)
stored = pytest.mark.django_db(databases=BOTH)
KEEPER = system_actor("keys")


def patients(count: int) -> list[UUID]:
    """So many patients, each with a data key."""
    made = [new_id() for _ in range(count)]
    for patient in made:
        keys.create_patient_key(patient)
        keys.create_data_key(patient, "thread", patient)
    return made


def all_open(made: Sequence[UUID]) -> bool:
    """True if every one of their keys opens from the rows."""
    keys.CACHE.empty()
    return all(keys.open_data_key(patient, "thread", patient) for patient in made)


def wrapped_by() -> set[str]:
    """The KEKs that rows are wrapped by."""
    return {*PatientKey.objects.values_list("kek_id", flat=True)}


def events(*names: str) -> list[str]:
    """The entries of these events, oldest first."""
    found = Entry.objects.order_by("pk").values_list("event", flat=True)
    return [event for event in found if event in names]


def said(*words: str) -> str:
    """What `manage.py keys` printed."""
    out = StringIO()
    call_command("keys", *words, stdout=out, stderr=out)
    return out.getvalue()


def refused(*words: str) -> str:
    """The sentence with which `manage.py keys` refused."""
    with pytest.raises(CommandError) as caught:
        said(*words)
    return str(caught.value)


def granted(cast: Cast, patient: UUID | None = None) -> UUID:
    """An erasure of Ada, asked for by Max and granted by Ivy."""
    about = patient or cast.ada_record
    asked = door.run(actions.ask_erasure, cast.max.actor, about, proof="in-person")
    door.run(actions.decide_erasure, cast.ivy.actor, asked.pk, grant=True, reason="asked")
    return asked.pk


def erased(cast: Cast) -> Erasure:
    """Ada, erased."""
    return actions.carry_out(KEEPER, granted(cast))
