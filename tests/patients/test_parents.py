"""A parent acts for a child as long as the child's birthdays let."""

from datetime import date, timedelta

import pytest

from patients import actions, policy, selectors
from patients.errors import BirthDateMissing, NothingLeft
from patients.models import Offer, Proxy, Scope
from portal.accounts.selectors import find_person
from portal.kernel import clock, door
from portal.kernel.actor import person_actor
from portal.kernel.ids import new_id
from tests.patients.evidence import events, refusal_of
from tests.patients.scenes import ADDRESS, ask, join, record, signed_in

pytestmark = pytest.mark.feature("I9")


def today():
    return selectors.clinic_day(clock.now())


def newcomer():
    return find_person(ADDRESS)


def refused(action, actor, *args, **kwargs):
    return type(refusal_of(action, actor, *args, command_id=new_id(), **kwargs))


@pytest.fixture
def child(cast):
    """Somebody of seven."""
    born = today().replace(day=1) - timedelta(days=7 * 366)
    return record("Leo", born=born.isoformat())


def test_a_parent_acts_until_birthdays_say_otherwise(cast, sam, child):
    ask(signed_in(sam), child, relation="parent", scope=Scope.FULL, proofing="document")
    join("Rosa Berg")

    rows = list(Proxy.objects.filter(patient=child).order_by("valid_from"))
    assert [row.scope for row in rows] == ["full", "read"]
    last, final = rows[0].valid_to, rows[1].valid_to
    assert last
    assert final
    assert last + timedelta(days=1) == rows[1].valid_from
    assert {row.proofing for row in rows} == {"document"}
    mother = newcomer()
    _may(mother, child, last, write=True, read=True)
    _may(mother, child, rows[1].valid_from, write=False, read=True)
    _may(mother, child, final, write=False, read=True)
    _may(mother, child, final + timedelta(days=1), write=False, read=False)


def _may(person, patient, day, *, write, read):
    actor = person_actor(person.pk, frozenset({"proxy"}))
    noon = selectors.clinic_days(day, None)[0] + timedelta(hours=12)
    with clock.moved(by=noon - clock.now()):
        assert policy.reachable_patients(actor).filter(pk=patient).exists() is read
        assert policy.correspondable_patients(actor).filter(pk=patient).exists() is write


def test_a_parent_of_an_adult_acts_as_long_as_was_wished(cast, ada):
    ask(signed_in(ada), cast.ada_record, relation="parent", scope=Scope.FULL)
    join("Rosa Berg")

    grant = Proxy.objects.get(patient=cast.ada_record, person=newcomer())
    assert (grant.scope, grant.valid_to) == ("full", None)


def test_without_a_date_of_birth_no_parent_is_let_in(cast, sam):
    unknown = record("Una", born="")
    found = refused(
        actions.offer_proxy,
        signed_in(sam),
        unknown,
        ADDRESS,
        scope=Scope.FULL,
        relation="parent",
        proofing="document",
    )

    assert found is BirthDateMissing


def test_a_clinic_that_leaves_teenagers_alone_lets_no_parent_in(cast, sam, settings):
    settings.PROXY_TEEN_SCOPE = "none"
    born = date(today().year - 15, 1, 1)
    teenager = record("Mila", born=born.isoformat())
    found = refused(
        actions.offer_proxy,
        signed_in(sam),
        teenager,
        ADDRESS,
        scope=Scope.FULL,
        relation="parent",
        proofing="document",
    )

    assert found is NothingLeft


def test_ending_a_grant_ends_what_was_to_follow(cast, sam, child):
    ask(signed_in(sam), child, relation="parent", scope=Scope.FULL, proofing="document")
    join("Rosa Berg")
    first = Proxy.objects.filter(patient=child).earliest("valid_from")

    door.run(actions.end_proxy, sam.actor, first.pk)

    assert not policy.grants_ahead().filter(patient=child).exists()
    assert events(child)[:2] == ["proxy.ended", "proxy.ended"]


def test_a_mother_of_two_has_one_account_and_says_yes_twice(cast, sam, child):
    other = record("Mila", born="2020-03-03")
    for each in (child, other):
        ask(signed_in(sam), each, relation="parent", scope=Scope.FULL, proofing="document")
    client = join("Rosa Berg")

    waiting = Offer.objects.get(settled_at=None)
    answer = client.post(f"/patients/offers/{waiting.pk}/accept/", {"command_id": new_id()})

    assert answer.status_code == 303
    assert {*Proxy.objects.filter(person=newcomer()).values_list("patient", flat=True)} == {
        child,
        other,
    }


def test_what_was_offered_for_a_child_gives_nothing_once_they_are_of_age(cast, sam):
    born = today() - timedelta(days=18 * 365)  # of age in four or five days
    child = record("Noa", born=born.isoformat())
    asked = {"relation": "parent", "scope": Scope.FULL, "proofing": "document"}
    offer = ask(signed_in(sam), child, cast.ben.email, **asked)

    with clock.moved(by=timedelta(days=6)):
        found = refusal_of(actions.accept_offer, cast.ben.actor, offer.pk)

    assert type(found) is NothingLeft
    assert not Proxy.objects.filter(patient=child).exists()
