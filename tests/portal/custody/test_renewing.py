"""Data keys that sealed for a year get a successor, and nothing stops opening."""

import re
from datetime import timedelta

import pytest

from portal.crypto import envelope, keys, openkeys
from portal.crypto.models import DataKey, PatientKey
from portal.crypto.primitives import SealBroken
from portal.custody import actions, tasks
from portal.custody.vocabulary import BRIEF, LASTING
from portal.kernel import clock
from portal.kernel.ids import new_id
from tests.harness.write_guard import guard
from tests.portal.custody.scenes import KEEPER, committed, events, patients
from tests.shared import ROOT

pytestmark = [committed, pytest.mark.feature("M25")]
YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
def asks_each_time(monkeypatch):
    """No half second passes in which a process takes its keys as good."""
    monkeypatch.setattr(openkeys, "TRUSTED", -1.0)


def sealed(key, item, text=b"x"):
    return envelope.seal(key, text, key.place("note", item=item, field="text"))


def test_after_a_year_a_key_gets_a_successor_that_seals_once_all_have_heard_of_it():
    (ada,), item = patients(1), new_id()
    old = sealed(keys.open_data_key(ada, "thread", ada), item)

    with clock.moved(by=YEAR - timedelta(hours=1)):
        assert actions.renew_data_keys(KEEPER) == 0
    with clock.moved(by=YEAR + timedelta(hours=1)):
        assert actions.renew_data_keys(KEEPER) == 1
        assert actions.renew_data_keys(KEEPER) == 0
        # Another process may not know it yet: what is sealed now has to open there.
        assert keys.open_data_key(ada, "thread", ada).version == 1
    with clock.moved(by=YEAR + timedelta(days=3)):
        key = keys.open_data_key(ada, "thread", ada)
        assert key.version == 2
        assert keys.create_data_key(ada, "thread", ada).version == 2
        before = key.of(old)
        assert envelope.unseal(before, old, before.place("note", item=item, field="text")) == b"x"
        assert key.of(sealed(key, item)) is key
    assert events("key.renewed") == ["key.renewed"]


def test_a_key_that_was_opened_before_a_successor_was_made_is_forgotten_before_that_seals():
    (ada,) = patients(1)
    with clock.moved(by=YEAR + timedelta(hours=1)):
        keys.open_data_key(ada, "thread", ada)  # stays open in this process, and knows no other
        tasks.renew()
    with clock.moved(by=YEAR + timedelta(days=3)):
        assert keys.open_data_key(ada, "thread", ada).version == 2


def test_many_are_renewed_in_pieces_and_the_erased_and_the_brief_are_left_alone(monkeypatch):
    monkeypatch.setattr("portal.custody.actions.renewing.PIECE", 3)
    made = patients(8)
    keys.create_data_key(made[0], "visit", new_id())
    keys.destroy_shred_key(made[1])

    with clock.moved(by=YEAR):
        assert actions.renew_data_keys(KEEPER) == 7

    renewed = set(DataKey.objects.filter(version=2).values_list("patient_id", "purpose"))
    assert renewed == {(patient, "thread") for patient in made if patient != made[1]}


def test_one_patient_whose_key_does_not_open_is_in_nobody_s_way():
    made = patients(4)
    with guard.off("somebody touches a row"):
        row = PatientKey.objects.get(patient_id=made[1])
        PatientKey.objects.filter(pk=row.pk).update(wrapped=bytes(len(row.wrapped)))

    with clock.moved(by=YEAR):
        assert actions.renew_data_keys(KEEPER) == 3


def test_an_older_key_whose_row_was_touched_leaves_the_newer_one_at_work():
    (ada,), item = patients(1), new_id()
    old = sealed(keys.open_data_key(ada, "thread", ada), item)
    with clock.moved(by=YEAR):
        actions.renew_data_keys(KEEPER)
    with guard.off("somebody touches a row"):
        first = DataKey.objects.get(version=1)
        DataKey.objects.filter(pk=first.pk).update(wrapped=bytes(len(first.wrapped)))

    with clock.moved(by=YEAR + timedelta(days=3)):
        keys.CACHE.empty()
        key = keys.open_data_key(ada, "thread", ada)
        assert key.version == 2
        with pytest.raises(SealBroken):
            key.of(old)


@pytest.mark.pure
def test_of_every_purpose_it_is_known_whether_it_goes_on_sealing():
    rooms = (ROOT / room for room in ("portal", "patients", "messaging", "scheduling"))
    named = re.compile(r"^(?:\w*PURPOSE|QUESTIONS) = \"(\w+)\"", re.M)
    found = {
        purpose
        for room in rooms
        for path in room.rglob("*.py")
        for purpose in named.findall(path.read_text(encoding="utf-8"))
    }

    assert found == {*LASTING, *BRIEF}
