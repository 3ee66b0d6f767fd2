"""Two at the same instant: one account is the patient of one record. Both engines."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from patients import actions
from patients.errors import AlreadyLinked
from patients.models import Patient
from portal.kernel import door
from portal.kernel.errors import Refusal
from tests.cast import WORK, chart_of, engage
from tests.patients.evidence import BOTH, events

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.races,
    pytest.mark.feature("I1"),
]


def at_once(*works):
    """What each of these returns, or how it is refused, begun together."""
    together = Barrier(len(works))

    def one(work):
        try:
            together.wait(10)
            return work()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def registered(name):
    return door.run(actions.register_patient, WORK, chart_of(name)).pk


def tie(record, person):
    return lambda: door.run(actions.link_account, WORK, record, person)


@pytest.mark.parametrize("turn", range(5))
def test_one_account_is_tied_to_one_of_two_records(cast, turn):
    zoe = engage(f"zoe{turn}", "patient")
    one, other = registered("zoe"), registered("zoe")

    answers = at_once(tie(one, zoe.id), tie(other, zoe.id))

    assert [type(each) for each in answers if isinstance(each, Refusal)] == [AlreadyLinked]
    assert Patient.objects.filter(person=zoe.id).count() == 1
    told = [events(record).count("patient.account-linked") for record in (one, other)]
    assert sorted(told) == [0, 1]


@pytest.mark.parametrize("turn", range(5))
def test_one_record_is_tied_to_one_of_two_accounts(cast, turn):
    zoe, eva = engage(f"zoe{turn}", "patient"), engage(f"eva{turn}", "patient")
    record = registered("zoe")

    answers = at_once(tie(record, zoe.id), tie(record, eva.id))

    assert [type(each) for each in answers if isinstance(each, Refusal)] == [AlreadyLinked]
    assert Patient.objects.get(pk=record).person_id in {zoe.id, eva.id}
    assert events(record).count("patient.account-linked") == 1
