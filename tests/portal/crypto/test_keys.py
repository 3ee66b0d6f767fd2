"""The rows of wrapped keys: made in the right order, once, and opened by their own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from portal.crypto import envelope, hierarchy, keys, openkeys
from portal.crypto.envelope import OpenKey
from portal.crypto.hierarchy import WRAPPED_BYTES
from portal.crypto.keycache import KeyName
from portal.crypto.keyring import keyring
from portal.crypto.keys import KeyMissing
from portal.crypto.models import DataKey, PatientKey, ShredKey
from portal.kernel import clock
from portal.kernel.ids import new_id
from tests.harness.write_guard import guard
from tests.portal.crypto.scenes import Undone, admitted, committed, statements, stored

pytestmark = stored


def test_the_shred_key_is_written_before_the_patient_key():
    said = statements(admitted)

    inserts = [line for line in said if "INSERT" in line]
    assert ["shred: " in line and "crypto_shredkey" in line for line in inserts] == [True, False]
    assert "crypto_patientkey" in inserts[1]


@committed
def test_the_shred_key_is_durable_even_if_the_patient_is_not():
    patient = new_id()

    with pytest.raises(Undone), transaction.atomic():
        keys.create_patient_key(patient)
        raise Undone
    left = ShredKey.objects.get(pk=patient).key
    assert not PatientKey.objects.filter(patient_id=patient).exists()

    keys.create_patient_key(patient)
    assert ShredKey.objects.get(pk=patient).key == left
    assert keys.create_data_key(patient, "thread", new_id()).version == 1


@committed
def test_a_shred_key_waits_for_nobody_elses_commit():
    ada = admitted()

    for act in (admitted, lambda: keys.destroy_shred_key(ada)):
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic(using="shred"):
            act()


def test_making_keys_again_changes_nothing(ada: UUID):
    home = new_id()
    first = keys.create_data_key(ada, "thread", home)
    before = (PatientKey.objects.get(patient_id=ada).wrapped, ShredKey.objects.get(pk=ada).key)

    keys.create_patient_key(ada)
    second = keys.create_data_key(ada, "thread", home)

    assert second.secret == first.secret
    assert DataKey.objects.count() == PatientKey.objects.count() == ShredKey.objects.count() == 1
    after = (PatientKey.objects.get(patient_id=ada).wrapped, ShredKey.objects.get(pk=ada).key)
    assert after == before


def test_what_is_kept_does_not_hold_the_key_and_says_which_kek_wraps_it(ada: UUID):
    inner = keys.create_data_key(ada, "thread", new_id())
    row = DataKey.objects.get(home_id=inner.home)

    assert inner.secret not in bytes(row.wrapped)
    assert len(bytes(row.wrapped)) == WRAPPED_BYTES
    assert PatientKey.objects.get(patient_id=ada).kek_id == keyring().active_kek.id


def test_every_home_and_purpose_has_a_key_of_its_own(ada: UUID):
    home = new_id()
    made = [
        keys.create_data_key(patient, purpose, place)
        for patient, purpose, place in (
            (ada, "thread", home),
            (ada, "chart", home),
            (ada, "thread", new_id()),
            (admitted(), "thread", new_id()),
        )
    ]

    assert len({key.secret for key in made}) == 4


def test_a_key_opens_by_its_version_and_without_one_as_the_newest_that_all_have_heard_of(ada: UUID):
    home = new_id()
    first = keys.create_data_key(ada, "thread", home)
    second = second_version(first)

    assert keys.open_data_key(ada, "thread", home, version=1).secret == first.secret
    assert keys.open_data_key(ada, "thread", home, version=2).secret == second.secret
    assert keys.open_data_key(ada, "thread", home).secret == first.secret
    with clock.moved(by=timedelta(days=2)):
        newest = keys.open_data_key(ada, "thread", home)
    assert (newest.version, newest.secret) == (2, second.secret)


def second_version(first: OpenKey) -> OpenKey:
    """A newer version of a data key."""
    outers = keys.patient_keys([first.patient])[first.patient]
    inner = OpenKey(first.installation, first.patient, first.purpose, first.home, 2, bytes(32))
    with guard.off("a year goes by"):
        DataKey.objects.create(
            patient_id=inner.patient,
            purpose=inner.purpose,
            home_id=inner.home,
            version=2,
            wrapped=hierarchy.wrap_data_key(outers[1], inner),
            created_at=clock.now(),
        )
    return inner


def test_a_key_opens_only_for_its_patient_purpose_home_and_version(ada: UUID):
    home, ben = new_id(), admitted()
    keys.create_data_key(ada, "thread", home)

    for wrong in (
        (ben, "thread", home),
        (ada, "chart", home),
        (ada, "thread", new_id()),
        (ada, "thread", home, 2),
        (ada, "thread", home, 0),
    ):
        with pytest.raises(KeyMissing):
            keys.open_data_key(*wrong)


def test_a_home_belongs_to_one_patient(ada: UUID):
    home, ben = new_id(), admitted()
    keys.create_data_key(ada, "thread", home)

    with pytest.raises(KeyMissing, match="another patient"):
        keys.create_data_key(ben, "thread", home)


@pytest.mark.parametrize("purpose", ["patient", "pseudonym", "wrap"])
def test_a_purpose_that_the_hierarchy_uses_is_refused(ada: UUID, purpose: str):
    with pytest.raises(ValueError, match="no purpose"):
        keys.create_data_key(ada, purpose, new_id())


def test_many_keys_open_in_as_many_queries_as_few(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(openkeys, "TRUSTED", float("inf"))  # who was shredded is asked by the clock
    names = [KeyName(patient, "thread", new_id()) for patient in (admitted() for _ in range(12))]
    for name in names:
        keys.create_data_key(name.patient, name.purpose, name.home)

    few = statements(lambda: keys.open_data_keys(names[:2]))
    many = statements(lambda: keys.open_data_keys(names))

    assert len(many) == len(few) == 3
    assert keys.open_data_keys(names).keys() == {*names}
    assert len(statements(lambda: keys.pseudonym_keys([n.patient for n in names]))) == 1


def test_a_list_leaves_out_what_is_gone(ada: UUID):
    ben, home, other = admitted(), new_id(), new_id()
    keys.create_data_key(ada, "thread", home)
    keys.create_data_key(ben, "thread", other)
    names = [KeyName(ada, "thread", home), KeyName(ben, "thread", other)]

    keys.destroy_shred_key(ben)

    assert [*keys.open_data_keys([*names, KeyName(ada, "thread", new_id())])] == names[:1]
    assert [*keys.pseudonym_keys([ada, ben])] == [ada]


@committed
def test_a_key_is_read_once_and_then_at_hand():
    ada, home = admitted(), new_id()
    keys.create_data_key(ada, "thread", home)

    first = keys.open_data_key(ada, "thread", home)
    with CaptureQueriesContext(connection) as queries:
        again = keys.open_data_key(ada, "thread", home)
        by_version = keys.open_data_key(ada, "thread", home, version=1)

    assert len(queries) == 0
    assert again is first is by_version


@committed
def test_a_key_that_was_rolled_back_is_not_at_hand():
    """Sealing with it would write what nobody could ever open."""
    ada, home = admitted(), new_id()

    with pytest.raises(Undone), transaction.atomic():
        keys.create_data_key(ada, "thread", home)
        lost = keys.open_data_key(ada, "thread", home)
        raise Undone

    with pytest.raises(KeyMissing):
        keys.open_data_key(ada, "thread", home)
    kept = keys.create_data_key(ada, "thread", home)
    assert keys.open_data_key(ada, "thread", home).secret == kept.secret != lost.secret


def test_a_sealed_field_lives_through_its_rows(ada: UUID):
    home, item = new_id(), new_id()
    key = keys.create_data_key(ada, "thread", home)
    sealed = envelope.seal(key, b"words", key.place("message", item=item, field="body", sequence=1))

    again = keys.open_data_key(ada, "thread", home, version=envelope.key_version(sealed))

    where = again.place("message", item=item, field="body", sequence=1)
    assert envelope.unseal(again, sealed, where) == b"words"


@pytest.mark.races
@committed
def test_those_who_make_the_same_keys_at_once_hold_the_same_keys():
    patient, home, start = new_id(), new_id(), Barrier(6)

    def make(_: int) -> bytes:
        start.wait()
        try:
            with transaction.atomic():
                keys.create_patient_key(patient)
                return keys.create_data_key(patient, "thread", home).secret
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        made = {*pool.map(make, range(6))}

    assert made == {keys.open_data_key(patient, "thread", home).secret}
