"""Once a patient's shred key is gone nothing opens, and nothing brings it back."""

from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import transaction

from portal.crypto import keys
from portal.crypto.envelope import SealBroken
from portal.crypto.keys import KeyGone
from portal.crypto.models import DataKey, PatientKey, ShredKey
from portal.kernel.ids import new_id
from tests.harness.write_guard import guard
from tests.portal.crypto.scenes import Undone, admitted, committed, stored

pytestmark = stored


@committed
def test_after_shredding_nothing_opens_not_even_what_was_at_hand():
    ada, ben, home = admitted(), admitted(), new_id()
    key = keys.create_data_key(ada, "thread", home)
    keys.open_data_key(ada, "thread", home)
    assert keys.pseudonym_key(ada) != keys.pseudonym_key(ben)

    keys.destroy_shred_key(ada)

    for attempt in (
        lambda: keys.open_data_key(ada, "thread", home),
        lambda: keys.open_data_key(ada, "thread", home, version=1),
        lambda: keys.create_data_key(ada, "thread", new_id()),
        lambda: keys.create_data_key(ada, "thread", key.home),
        lambda: keys.pseudonym_key(ada),
    ):
        with pytest.raises(KeyGone):
            attempt()
    assert keys.pseudonym_key(ben)


def test_a_shredded_patient_does_not_come_back(ada: UUID):
    keys.destroy_shred_key(ada)

    with pytest.raises(KeyGone):
        keys.create_patient_key(ada)
    assert not ShredKey.objects.filter(pk=ada).exists()


@committed
def test_shredding_outlives_the_transaction_that_asked_for_it():
    ada = admitted()

    with pytest.raises(Undone), transaction.atomic():
        keys.destroy_shred_key(ada)
        raise Undone

    assert not ShredKey.objects.filter(pk=ada).exists()


@committed
def test_a_backup_of_the_main_database_does_not_bring_a_shredded_patient_back():
    ada, home = admitted(), new_id()
    keys.create_data_key(ada, "thread", home)
    rows = PatientKey.objects.get(patient_id=ada), DataKey.objects.get(home_id=home)
    keys.destroy_shred_key(ada)

    with guard.off("a restored backup"):
        for row in rows:
            row.save()
        ShredKey.objects.create(patient_id=ada, key=bytes(32))

    with pytest.raises(SealBroken):
        keys.open_data_key(ada, "thread", home)


def test_a_key_opened_while_a_patient_is_shredded_is_not_kept(ada: UUID):
    """The reader took the rows before the shredding, and is done after it."""
    home = new_id()
    keys.create_data_key(ada, "thread", home)
    read = keys._read_data_keys

    def slow(names: Any) -> Any:
        found = read(names)
        keys.destroy_shred_key(ada)
        return found

    with (
        patch.object(keys, "_read_data_keys", slow),
        patch.object(transaction, "on_commit", lambda act, using=None: act()),
    ):
        keys.open_data_key(ada, "thread", home)

    with pytest.raises(KeyGone):
        keys.open_data_key(ada, "thread", home)
