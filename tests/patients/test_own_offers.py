"""Nobody lets themself in: what one offered oneself, by whatever address, opens nothing."""

import pytest

from patients import actions
from patients.errors import (
    NotForOneself,
)
from patients.models import Offer, Patient, Proxy
from portal.accounts import selectors as accounts
from portal.accounts.actions import ask_address_change, prove_address
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.cast import PASSWORD
from tests.patients.evidence import refusal_of
from tests.patients.scenes import (
    ADDRESS,
    ask,
    invite,
    record,
    signed_in,
)
from tests.portal.accounts.letters import last_of

pytestmark = pytest.mark.feature("I2", "I9")


def refused(action, actor, *args, **kwargs):
    return type(refusal_of(action, actor, *args, command_id=new_id(), **kwargs))


def refused_plain(action, actor, *args):
    return type(refusal_of(action, actor, *args))


@pytest.fixture
def rosa(cast):
    return record()


def test_nobody_makes_a_record_their_own(sam, rosa):
    assert refused(actions.invite_patient, sam.actor, rosa, sam.email, proofing="in-person") is (
        NotForOneself
    )
    assert not Offer.objects.filter(patient=rosa).exists()


@pytest.mark.parametrize("send", [invite, ask])
def test_nobody_accepts_what_they_offered_to_another_address(sam, rosa, send):
    offer = send(signed_in(sam), rosa, proofing="in-person")
    attempt = accounts.attempt_own_password(sam.id, PASSWORD, "10.0.0.1")
    door.run(ask_address_change, signed_in(sam), attempt, ADDRESS)
    door.run(prove_address, signed_in(sam), last_of("accounts.address-proof")["link"])

    assert refused_plain(actions.accept_offer, sam.actor, offer.pk) is NotForOneself
    assert Patient.objects.get(pk=rosa).person_id is None
    assert not Proxy.objects.filter(patient=rosa).exists()
