"""Invitations to a record, and to act for somebody: made, accepted, declined, taken back."""

from datetime import timedelta

import pytest
from django.test import Client

from patients import actions, policy, selectors
from patients.errors import (
    AlreadyInvited,
    AlreadyLinked,
    AlreadyOnPortal,
    AlreadyProxy,
    CommandReused,
    EndBeforeStart,
    HasDied,
    NotForOneself,
    ProofMissing,
)
from patients.models import Offer, Patient, Proxy, Scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import NotFresh
from portal.accounts.models import Person
from portal.kernel import clock, door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.cast import WORK, browser, engage
from tests.harness.canary import STEM
from tests.patients.evidence import events, newest, refusal_of
from tests.patients.scenes import (
    ADDRESS,
    CHOSEN,
    ask,
    invite,
    join,
    link_of_letter,
    record,
    signed_in,
)

pytestmark = pytest.mark.feature("I2", "I9")


def today():
    return selectors.clinic_day(clock.now())


def newcomer(email=ADDRESS):
    return accounts.find_person(email)


def refused(action, actor, *args, **kwargs):
    return type(refusal_of(action, actor, *args, command_id=new_id(), **kwargs))


@pytest.fixture
def rosa(cast):
    return record()


def test_who_opens_the_letters_link_has_the_record_and_is_signed_in(sam, rosa):
    invite(sam.actor, rosa, proofing="document")
    client = join()

    person = newcomer()
    patient = Patient.objects.get(pk=rosa)
    assert (patient.person_id, patient.proofing) == (person.pk, "document")
    assert accounts.name_of(person.pk) == f"Rosa {STEM.capitalize()}"
    assert client.get(f"/patients/{rosa}/").status_code == 200
    assert "offer.settled" in events(rosa)
    assert "patient.account-linked" in events(rosa)


def test_the_level_of_proof_stands_in_the_entries(sam, rosa):
    invite(sam.actor, rosa, proofing="known-contact")

    event, details = newest(rosa)
    assert (event, details["purpose"], details["proof"]) == (
        "offer.made",
        "record",
        "known-contact",
    )


def test_the_address_is_kept_only_sealed(sam, rosa):
    offer = invite(sam.actor, rosa)

    assert STEM.encode() not in bytes(offer.address_sealed)
    assert STEM not in repr(vars(offer)).replace(repr(offer.address_sealed), "")


def test_who_may_invite_a_patient(cast, rosa):
    for key in ("ada", "pia", "cara", "ivy", "max", "nobody"):
        actor = cast.people[key].actor
        assert (
            refused(actions.invite_patient, actor, rosa, ADDRESS, proofing="document") is NotFound
        )


def test_a_patient_with_an_account_is_not_invited_again(cast, sam):
    found = refused(
        actions.invite_patient, sam.actor, cast.ada_record, ADDRESS, proofing="document"
    )

    assert found is AlreadyOnPortal


def test_nobody_is_invited_to_the_record_of_somebody_who_has_died(cast, sam):
    gone = record("Otto", died="2026-01-02")
    asked = {"proofing": "document"}

    assert refused(actions.invite_patient, sam.actor, gone, ADDRESS, **asked) is HasDied


def test_somebody_with_an_account_may_also_open_the_link_signed_in(cast, ada, ben, dov):
    ask(signed_in(ada), cast.ada_record, ben.email)
    link = link_of_letter()

    assert browser(dov).post(link).status_code not in {302, 303}
    assert not policy.reachable_patients(dov.actor).filter(pk=cast.ada_record).exists()
    browser(ben).post(link)
    assert policy.correspondable_patients(ben.actor).filter(pk=cast.ada_record).exists()
    assert Offer.objects.get().outcome == "accepted"


def test_without_a_proof_nobody_is_invited(cast, sam, rosa):
    assert refused(actions.invite_patient, sam.actor, rosa, ADDRESS, proofing="") is ProofMissing
    assert (
        refused(
            actions.offer_proxy,
            signed_in(sam),
            cast.ada_record,
            ADDRESS,
            scope=Scope.READ,
            relation="carer",
        )
        is ProofMissing
    )


def test_one_address_has_one_open_invitation_to_a_record(sam, rosa):
    offer = invite(sam.actor, rosa)
    again = refused(actions.invite_patient, sam.actor, rosa, ADDRESS.upper(), proofing="in-person")
    assert again is AlreadyInvited

    door.run(actions.withdraw_offer, sam.actor, offer.pk)
    invite(sam.actor, rosa)


def test_an_invitation_that_ran_out_makes_way_for_a_new_one(sam, rosa):
    with clock.moved(by=-timedelta(days=15)):
        old = invite(sam.actor, rosa)
    invite(sam.actor, rosa)

    assert Offer.objects.get(pk=old.pk).outcome == "lapsed"


def test_the_same_command_makes_one_offer_and_other_words_are_refused(sam, rosa):
    command = new_id()
    one, other = (invite(sam.actor, rosa, command_id=command) for _ in range(2))
    assert one.pk == other.pk

    with pytest.raises(CommandReused):
        invite(sam.actor, rosa, "else@example.org", command_id=command)


def test_a_withdrawn_invitation_opens_nothing(sam, rosa):
    offer = invite(sam.actor, rosa)
    link = link_of_letter()
    door.run(actions.withdraw_offer, sam.actor, offer.pk)

    assert Client().post(link, {"name": "x", "password": CHOSEN}).status_code == 410
    assert newcomer() is None
    assert newest(rosa)[1]["how"] == "withdrawn"
    assert refused_plain(actions.withdraw_offer, sam.actor, offer.pk) is NotFound


def refused_plain(action, actor, *args):
    return type(refusal_of(action, actor, *args))


def test_two_invitations_of_one_patient_end_with_the_first_yes(sam, rosa):
    invite(sam.actor, rosa)
    invite(sam.actor, rosa, f"other@{STEM}.example")
    join()

    left = _letter_of(Offer.objects.get(settled_at=None))
    late = engage("zoe", "patient")
    assert refused_plain(actions.enrolled, WORK, late.id, left) is AlreadyLinked


def _letter_of(offer):
    class Letter:
        purpose, subject = "patients.record", offer.pk

    return Letter


def test_a_patient_asks_somebody_who_says_yes_and_acts_as_far_as_asked(cast, ada):
    until = today() + timedelta(days=30)
    ask(signed_in(ada), cast.ada_record, scope=Scope.READ, valid_to=until)
    client = join("Rosa Berg")

    grant = Proxy.objects.get(patient=cast.ada_record, person=newcomer())
    assert (grant.scope, grant.relation, grant.valid_to) == ("read", "partner", until)
    assert (grant.granted_by, grant.proofing) == (ada.id, "")
    assert client.get(f"/patients/{cast.ada_record}/").status_code == 200
    assert "proxy.granted" in events(cast.ada_record)


def test_nothing_is_open_before_the_yes(cast, ada, ben):
    ask(signed_in(ada), cast.ada_record, ben.email)

    assert not policy.reachable_patients(ben.actor).filter(pk=cast.ada_record).exists()


def test_somebody_with_an_account_says_yes_or_no_while_signed_in(cast, ada, ben):
    offer = ask(signed_in(ada), cast.ada_record, ben.email)
    door.run(actions.decline_offer, ben.actor, offer.pk)
    assert newest(cast.ada_record)[1]["how"] == "declined"

    offer = ask(signed_in(ada), cast.ada_record, ben.email)
    door.run(actions.accept_offer, ben.actor, offer.pk)
    assert policy.correspondable_patients(ben.actor).filter(pk=cast.ada_record).exists()
    assert {"patient", "proxy"} <= roles_of(ben)


def roles_of(someone):
    grants = Person.objects.get(pk=someone.id).grants.filter(until=None)
    return {*grants.values_list("role", flat=True)}


@pytest.mark.parametrize("key", ["ada", "pia", "cara", "dov", "sam", "max", "nobody"])
def test_nobody_else_answers_for_whoever_was_asked(cast, ada, ben, key):
    offer = ask(signed_in(ada), cast.ada_record, ben.email)
    for action in (actions.accept_offer, actions.decline_offer):
        assert refused_plain(action, cast.people[key].actor, offer.pk) is NotFound


@pytest.mark.parametrize(
    ("key", "may"), [("ben", False), ("pia", False), ("cara", False), ("dov", False), ("sam", True)]
)
def test_who_may_withdraw_what_a_patient_asked(cast, ada, key, may):
    offer = ask(signed_in(ada), cast.ada_record)
    actor = cast.people[key].actor
    if may:
        door.run(actions.withdraw_offer, actor, offer.pk)
    else:
        assert refused_plain(actions.withdraw_offer, actor, offer.pk) is NotFound


def test_a_patient_does_not_withdraw_the_clinics_invitation_to_the_record(cast, sam, rosa):
    offer = invite(sam.actor, rosa)
    person = engage("zoe", "patient")
    door.run(actions.link_account, WORK, rosa, person.id)

    assert refused_plain(actions.withdraw_offer, person.actor, offer.pk) is NotFound


@pytest.mark.parametrize("key", ["ben", "pia", "cara", "dov", "ivy", "max"])
def test_only_the_patient_and_coordinators_let_somebody_act(cast, key):
    found = refused(
        actions.offer_proxy,
        signed_in(cast.people[key]),
        cast.ada_record,
        ADDRESS,
        scope=Scope.READ,
        relation="carer",
    )

    assert found is NotFound


def test_after_a_quarter_of_an_hour_one_signs_in_again_first(cast, ada):
    actor = signed_in(ada)
    asked = {"scope": Scope.READ, "relation": "carer"}
    with clock.moved(by=timedelta(minutes=16)):
        assert refused(actions.offer_proxy, actor, cast.ada_record, ADDRESS, **asked) is NotFresh
    assert refused(actions.offer_proxy, ada.actor, cast.ada_record, ADDRESS, **asked) is NotFresh
    ask(actor, cast.ada_record)


def test_whom_a_patient_cannot_ask(cast, ada, pia):
    actor, asked = signed_in(ada), {"scope": Scope.READ, "relation": "carer"}

    def found(address, **more):
        given = asked | more
        return refused(actions.offer_proxy, actor, cast.ada_record, address, **given)

    assert found(ada.email) is NotForOneself
    assert found(pia.email) is AlreadyProxy
    assert found(ADDRESS, valid_to=today() - timedelta(days=1)) is EndBeforeStart


def test_somebody_with_a_record_cannot_be_tied_to_a_second_one(cast, sam, ben, rosa):
    offer = invite(sam.actor, rosa, ben.email)

    assert refused_plain(actions.accept_offer, ben.actor, offer.pk) is AlreadyLinked
    assert Offer.objects.get(pk=offer.pk).settled_at is None
