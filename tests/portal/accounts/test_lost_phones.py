"""A lost phone: two people or two days, and the owner may always say no."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from portal.accounts import actions, selectors, tasks
from portal.accounts.errors import AlreadyNoted, LinkSpent, NoFactor, NotAllowed, NotYourself
from portal.accounts.models import LostPhone
from portal.kernel import clock, door
from portal.kernel.actor import STRANGER
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from portal.notifications.selectors import written
from tests.harness.write_guard import guard
from tests.portal.accounts.conftest import PASSWORD, WORK, browser, key_of, make
from tests.portal.accounts.entries import events
from tests.portal.accounts.letters import last_of, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I12")]


@pytest.fixture
def sam(db):
    """A coordinator."""
    return make("Sam Field", "coordinator")


@pytest.fixture
def sue(db):
    """A supervisor."""
    return make("Sue Lane", "supervisor")


def actor_of(someone):
    return someone.acts(key_of(browser(someone)))


def note(by, about, proof="in-person"):
    return door.run(actions.note_lost_phone, actor_of(by), about.email, proof=proof)


def confirm(by, found):
    door.run(actions.confirm_lost_phone, actor_of(by), found.pk)


def fall(**later):
    with clock.moved(by=timedelta(**later)):
        tasks.let_factors_fall()


def sign_in(someone):
    return Client().post("/sign-in/", {"username": someone.email, "password": PASSWORD})


def test_a_patients_factor_falls_after_two_days_and_not_before(ada, sam):
    note(sam, ada, "call-back")

    fall(hours=47)
    before = selectors.has_factor(ada.id)
    fall(hours=49)

    assert before
    assert not selectors.has_factor(ada.id)
    assert sign_in(ada)["Location"] == "/"
    assert events().count("factor.loss-noted") == events().count("factor.fell") == 1
    assert waiting("accounts.factor-fell")


def test_recovery_codes_fall_with_it_and_every_device_is_signed_out(ada, sam):
    door.run(actions.renew_recovery_codes, actor_of(ada))
    note(sam, ada)
    with clock.moved(by=timedelta(hours=48)):
        old = browser(ada)
        before = old.get("/account/sessions/").status_code
        fall(hours=1)
        after = old.get("/account/sessions/")

    assert before == HTTPStatus.OK
    assert selectors.remaining_codes(ada.id) == 0
    assert after["Location"].startswith("/sign-in/")


def test_the_owner_is_told_at_once_and_stops_it_by_one_button(ada, sam):
    note(sam, ada)
    [letter] = waiting("accounts.phone-lost")
    token = last_of("accounts.phone-lost")["link"]

    opened = Client().get(f"/keep-phone/{token}/")
    still = LostPhone.objects.get().ended_at
    stopped = Client().post(f"/keep-phone/{token}/")
    fall(hours=49)

    assert written(letter).address == ada.email
    assert (opened.status_code, still) == (HTTPStatus.OK, None)
    assert stopped["Location"] == "/sign-in/"
    assert selectors.has_factor(ada.id)
    with pytest.raises(LinkSpent):
        door.run(actions.keep_phone, STRANGER, token)


def test_whoever_signs_in_with_the_factor_has_not_lost_it(ada, sam):
    note(sam, ada)
    client = Client()
    client.post("/sign-in/", {"username": ada.email, "password": PASSWORD})
    client.post("/sign-in/code/", {"code": ada.code()})

    fall(hours=49)

    assert selectors.has_factor(ada.id)
    assert "factor.loss-stopped" in events()


def test_a_colleagues_factor_falls_only_when_a_second_person_agrees(cara, root, sue):
    found = note(root, cara)

    fall(hours=1)
    before = selectors.has_factor(cara.id)
    confirm(sue, found)

    assert before
    assert not selectors.has_factor(cara.id)
    assert sign_in(cara)["Location"].startswith("/account/factor/")
    assert {"factor.loss-confirmed", "factor.fell"} <= {*events()}


def test_nobody_agrees_with_themself_or_about_themself(cara, root, sue):
    found = note(root, cara)
    mine = note(root, sue)

    for someone, which in ((root, found), (sue, mine)):
        with pytest.raises(NotYourself):
            confirm(someone, which)
    with pytest.raises(NotYourself):
        note(root, root)

    assert selectors.has_factor(cara.id)
    assert selectors.has_factor(sue.id)


def test_what_nobody_confirmed_in_time_is_over_and_the_factor_stays(cara, root, sue):
    found = note(root, cara)

    fall(hours=49)

    assert selectors.has_factor(cara.id)
    with pytest.raises(NotFound):
        confirm(sue, found)


def test_a_patient_who_has_become_a_colleague_does_not_lose_it_by_time(ada, sam):
    note(sam, ada)
    door.run(actions.grant_role, WORK, ada.id, "clinician")

    fall(hours=49)

    assert selectors.has_factor(ada.id)


def test_each_role_helps_its_own(ada, cara, sam, root, sue, ben):
    for someone, about in ((sam, cara), (root, ada), (sam, ben)):
        with pytest.raises(NoFactor):
            note(someone, about)
    for someone in (cara, ada, sue):
        with pytest.raises(NotAllowed):
            note(someone, ada)
    with pytest.raises(NoFactor):
        door.run(actions.note_lost_phone, actor_of(sam), "nobody@example.org", proof="in-person")

    assert not LostPhone.objects.exists()
    assert waiting() == []


def test_a_phone_is_lost_once_at_a_time_and_may_be_found(ada, sam, root):
    found = note(sam, ada)
    with pytest.raises(AlreadyNoted):
        note(sam, ada)
    with pytest.raises(NotFound):
        door.run(actions.withdraw_lost_phone, actor_of(root), found.pk)

    door.run(actions.withdraw_lost_phone, actor_of(sam), found.pk)
    fall(hours=49)

    assert selectors.has_factor(ada.id)
    assert note(sam, ada).pk != found.pk


def test_confirming_is_for_administrators_and_supervisors(ada, cara, sam, root):
    found = note(root, cara)
    patients = note(sam, ada)

    for someone in (sam, cara, ada):
        with pytest.raises(NotAllowed):
            confirm(someone, found)
    with pytest.raises(NotFound):
        confirm(root, patients)
    with pytest.raises(NotFound):
        door.run(actions.confirm_lost_phone, actor_of(root), new_id())


def test_the_page_shows_each_what_concerns_them(ada, cara, sam, root, sue):
    note(root, cara)
    note(sam, ada)

    def page(someone):
        return browser(someone).get("/lost-phones/").content.decode()

    assert "Ada Byron" in page(sam)
    assert "Cara Winter" not in page(sam)
    assert "Cara Winter" in page(sue)
    assert "I agree" in page(sue)
    assert "I agree" not in page(root)
    assert "Ada Byron" not in page(sue)


def test_the_page_says_what_is_wrong_beside_the_field(sam, ben):
    answer = browser(sam).post("/lost-phones/", {"address": ben.email, "proof": "in-person"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert b"Nobody with a second step" in answer.content


def test_the_database_refuses_a_colleagues_fall_without_two_people(cara, root):
    found = note(root, cara)
    row = LostPhone.objects.filter(pk=found.pk)

    for wrong in ({"done_at": clock.now()}, {"confirmed_by": root.id}, {"proof": "promise"}):
        with guard.off("an intruder"), pytest.raises(IntegrityError), transaction.atomic():
            row.update(**wrong)
