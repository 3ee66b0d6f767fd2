"""Shred keys have a database of their own, and nothing else is in it."""

import pytest
from django.apps import apps
from django.db import connections

from portal.crypto.models import DataKey, PatientKey, Shredded, ShredKey
from portal.crypto.router import ShredRouter

ROUTER = ShredRouter()


@pytest.mark.django_db(databases=["default", "shred"])
def test_the_tables_are_where_they_belong():
    tables = {alias: {*connections[alias].introspection.table_names()} for alias in connections}

    assert tables["shred"] == {"crypto_shredkey", "crypto_shredded", "django_migrations"}
    assert not {"crypto_shredkey", "crypto_shredded"} & tables["default"]
    assert {"crypto_patientkey", "crypto_datakey"} <= tables["default"]


@pytest.mark.pure
def test_every_model_but_two_is_on_the_default_database():
    away = {m for m in apps.get_models() if ROUTER.db_for_read(m) or ROUTER.db_for_write(m)}

    assert away == {ShredKey, Shredded}
    assert ROUTER.db_for_write(ShredKey) == "shred"


@pytest.mark.pure
def test_a_migration_without_a_model_does_not_run_on_the_shred_database():
    assert not ROUTER.allow_migrate("shred", "audit")
    assert not ROUTER.allow_migrate("shred", "crypto")
    assert ROUTER.allow_migrate("default", "audit")


@pytest.mark.pure
def test_no_row_points_from_one_store_into_the_other():
    assert ROUTER.allow_relation(ShredKey(), PatientKey()) is False
    assert ROUTER.allow_relation(PatientKey(), DataKey()) is None
