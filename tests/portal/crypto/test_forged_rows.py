"""A row of wrapped keys that somebody touched, moved or swapped does not open."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from portal.crypto import checks, keys
from portal.crypto.envelope import SealBroken
from portal.crypto.keycache import KeyName
from portal.crypto.keyring import KeyringRefused
from portal.crypto.models import DataKey, PatientKey, ShredKey
from portal.kernel import clock
from portal.kernel.ids import new_id
from tests.harness.write_guard import guard
from tests.portal.crypto.scenes import admitted, stored

pytestmark = stored


def test_two_rows_cannot_swap_their_keys(ada: UUID):
    homes = [new_id(), new_id()]
    for home in homes:
        keys.create_data_key(ada, "thread", home)
    one, other = (DataKey.objects.get(home_id=home) for home in homes)

    with guard.off("an intruder in the database"):
        DataKey.objects.filter(pk=one.pk).update(wrapped=other.wrapped)
        DataKey.objects.filter(pk=other.pk).update(wrapped=one.wrapped)

    for home in homes:
        with pytest.raises(SealBroken):
            keys.open_data_key(ada, "thread", home)


@pytest.mark.parametrize("change", ["patient", "purpose", "home", "version", "header"])
def test_a_row_cannot_be_made_into_another(ada: UUID, change: str):
    home, ben = new_id(), admitted()
    keys.create_data_key(ada, "thread", home)
    row = DataKey.objects.get(home_id=home)
    name = KeyName(ada, "thread", home)
    moved: dict[str, tuple[dict[str, Any], KeyName]] = {
        "patient": ({"patient_id": ben}, name._replace(patient=ben)),
        "purpose": ({"purpose": "chart"}, name._replace(purpose="chart")),
        "home": ({"home_id": ben}, name._replace(home=ben)),
        "version": ({"version": 2}, name._replace(version=2)),
        "header": ({"wrapped": b"\x01\x00\x00\x00\x07" + bytes(row.wrapped)[5:]}, name),
    }
    fields, now = moved[change]

    with guard.off("an intruder in the database"):
        DataKey.objects.filter(pk=row.pk).update(**fields)

    with pytest.raises(SealBroken):
        keys.open_data_key(*now)


def test_a_patient_key_cannot_serve_another_patient_or_version(ada: UUID):
    ben = admitted()
    wrapped = PatientKey.objects.get(patient_id=ada).wrapped

    with guard.off("an intruder in the database"):
        PatientKey.objects.filter(patient_id=ben).update(wrapped=wrapped)
        PatientKey.objects.filter(patient_id=ada).update(version=2)

    for patient in (ada, ben):
        with pytest.raises(SealBroken):
            keys.create_data_key(patient, "thread", new_id())


def test_another_keyring_opens_nothing(ada: UUID, settings: Settings, tmp_path: Any):
    home = new_id()
    keys.create_data_key(ada, "thread", home)
    assert checks.keyring_fits(databases=["default"]) == []

    settings.KEY_DIR = tmp_path / "keys"

    with pytest.raises(KeyringRefused, match="no kek key"):
        keys.open_data_key(ada, "thread", home)
    (error,) = checks.keyring_fits(databases=["default"])
    assert error.id == "crypto.E001"
    assert "which the keyring lacks" in error.msg


@pytest.mark.usefixtures("ada")
def test_the_check_leaves_other_databases_alone(settings: Settings, tmp_path: Any):
    settings.KEY_DIR = tmp_path / "keys"

    assert checks.keyring_fits(databases=["shred"]) == checks.keyring_fits() == []


ROWS: dict[str, tuple[type[PatientKey] | type[DataKey] | type[ShredKey], dict[str, Any]]] = {
    "short patient key": (PatientKey, {"version": 1, "kek_id": "x", "wrapped": bytes(32)}),
    "patient key version 0": (PatientKey, {"version": 0, "kek_id": "x", "wrapped": bytes(109)}),
    "short data key": (DataKey, {"version": 1, "purpose": "x", "wrapped": bytes(32)}),
    "data key version 0": (DataKey, {"version": 0, "purpose": "x", "wrapped": bytes(109)}),
    "short shred key": (ShredKey, {"key": bytes(16)}),
}


@pytest.mark.parametrize("case", ROWS)
def test_the_database_refuses_a_row_that_is_no_wrapped_key(case: str):
    model, fields = ROWS[case]
    row = model(patient_id=new_id(), **fields)
    if not isinstance(row, ShredKey):
        row.created_at = clock.now()
    if isinstance(row, DataKey):
        row.home_id = new_id()

    database = "shred" if isinstance(row, ShredKey) else "default"
    with pytest.raises(IntegrityError), guard.off("a bug"), transaction.atomic(using=database):
        row.save(force_insert=True)


def test_people_and_devices_are_sealed_under_keys_of_their_own():
    item = new_id()
    sealed = keys.seal_for_installation("people", b"Ada", kind="person", item=item, field="name")

    opened = keys.unseal_for_installation("people", sealed, kind="person", item=item, field="name")

    assert opened == b"Ada"
    wrong: list[dict[str, Any]] = [
        {"kind": "device"},
        {"item": new_id()},
        {"field": "mail"},
        {"purpose": "devices"},
        {"sealed": sealed[:4] + b"\x09" + sealed[5:]},
        {"sealed": b""},
    ]
    right: dict[str, Any] = {
        "purpose": "people",
        "sealed": sealed,
        "kind": "person",
        "item": item,
        "field": "name",
    }
    for change in wrong:
        with pytest.raises(SealBroken):
            keys.unseal_for_installation(**(right | change))


@pytest.mark.parametrize("purpose", ["index", "session", "kek", "log"])
def test_other_keys_of_the_installation_do_not_seal(purpose: Any):
    with pytest.raises(ValueError, match="do not seal"):
        keys.seal_for_installation(purpose, b"x", kind="x", item=new_id(), field="x")
