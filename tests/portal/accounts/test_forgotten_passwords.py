"""A forgotten password: by letter, told alike to all, past no second factor."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts import actions, selectors, tasks
from portal.accounts.errors import ResetSpent
from portal.accounts.models import PasswordReset, Session, Throttle
from portal.kernel import clock, door
from portal.kernel.actor import STRANGER
from portal.notifications.selectors import written
from portal.outbox.models import Letter, State
from tests.portal.accounts.conftest import WORK, browser, make
from tests.portal.accounts.entries import events
from tests.portal.accounts.letters import waiting
from tests.portal.accounts.test_races import at_once
from tests.portal.accounts.ways_back import (
    CHOSEN,
    choose,
    forgot,
    reset_link,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I12")]


def test_a_forgotten_password_is_chosen_anew_by_the_link(ben):
    token = reset_link(ben)
    page = Client().get(f"/reset/{token}/")
    answer = choose(token)
    _client, signed_in = sign_in(ben.email, CHOSEN)

    assert page.status_code == HTTPStatus.OK
    assert answer["Location"] == "/sign-in/"
    assert signed_in["Location"] == "/"
    assert "password.reset-asked" in events()
    assert "password.reset" in events()
    assert waiting("accounts.password-changed")


def test_the_letter_goes_to_the_person_and_is_pointless_after_half_an_hour(ben, noon):
    forgot(ben.email)
    tasks.answer_resets()

    [letter] = waiting("accounts.reset")
    text = written(letter)

    assert letter.until == clock.now() + timedelta(minutes=30)
    assert text.address == ben.email
    assert "/reset/" in text.body


def test_the_new_password_is_not_enough_where_there_is_a_second_step(ada):
    token = reset_link(ada)

    answer = choose(token)
    client, first = sign_in(ada.email, CHOSEN)

    assert answer.cookies.get("portal") is None
    assert first["Location"].startswith("/sign-in/code/")
    assert client.get("/account/sessions/")["Location"].startswith("/sign-in/code/")
    assert selectors.has_factor(ada.id)


def test_every_device_is_signed_out(ben):
    old = browser(ben, factor="")
    choose(reset_link(ben))

    assert old.get("/account/sessions/")["Location"].startswith("/sign-in/")
    assert not Session.objects.filter(person=ben.id, ended_at=None).exists()


def test_a_link_works_once_for_half_an_hour_and_only_the_newest(ben, noon):
    first = reset_link(ben)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        second = reset_link(ben)

    assert choose(first).status_code == HTTPStatus.GONE
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        assert choose(second).status_code == HTTPStatus.GONE
    assert choose(second).status_code == HTTPStatus.FOUND
    assert choose(second).status_code == HTTPStatus.GONE
    assert choose("x" * 40).status_code == HTTPStatus.GONE
    assert Letter.objects.filter(kind="accounts.reset", state=State.QUEUED).count() == 0


def test_a_weak_password_keeps_the_link(ben):
    token = reset_link(ben)

    assert choose(token, "password1234").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert choose(token).status_code == HTTPStatus.FOUND


def test_the_answer_is_the_same_for_everybody_and_costs_the_same(ben, cara):
    door.run(actions.close_person, WORK, cara.id)
    forgot("the-first-from-here@example.org")
    seen = []
    for email in (ben.email, cara.email, "nobody@example.org"):
        with CaptureQueriesContext(connection) as queries:
            answer = forgot(email)
        verbs = [query["sql"].split()[0] for query in queries.captured_queries]
        seen.append((answer.status_code, answer["Location"], answer.content, verbs))

    assert seen[0] == seen[1] == seen[2]
    assert PasswordReset.objects.count() == 4


def test_who_has_no_open_account_gets_no_letter(ben, cara):
    door.run(actions.close_person, WORK, cara.id)
    for email in (cara.email, "nobody@example.org"):
        forgot(email)

    tasks.answer_resets()

    assert waiting("accounts.reset") == []
    assert not PasswordReset.objects.filter(answered_at=None).exists()


def test_nobody_is_flooded_with_letters(ben):
    answers = {forgot(ben.email)["Location"] for _ in range(6)}
    tasks.answer_resets()

    assert len(answers) == 1
    assert PasswordReset.objects.count() == 3
    assert len(waiting("accounts.reset")) == 1
    assert Throttle.objects.count() == 2


def test_a_link_of_a_closed_account_is_over(ben):
    token = reset_link(ben)
    door.run(actions.close_person, WORK, ben.id)

    with pytest.raises(ResetSpent):
        door.run(actions.reset_password, STRANGER, token, password_hash="x")


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_ten_posts_at_once_one_chooses(ben):
    token = reset_link(ben)

    def use(n):
        try:
            door.run(actions.reset_password, STRANGER, token, password_hash=f"hash {n}")
        except ResetSpent:
            return "spent"
        return "done"

    assert sorted(at_once(use, range(10))) == ["done"] + ["spent"] * 9


def test_the_sign_in_page_leads_there():
    assert b'href="/forgot/"' in Client().get("/sign-in/").content


def test_staff_keep_their_second_step_too(cara):
    choose(reset_link(cara))
    _client, first = sign_in(cara.email, CHOSEN)

    assert first["Location"].startswith("/sign-in/code/")


def test_somebody_who_has_no_app_but_must_have_one_is_led_to_set_it_up():
    dov = make("Dov Levi", "clinician", factor=False, title="Dr")
    choose(reset_link(dov))
    _client, first = sign_in(dov.email, CHOSEN)

    assert first["Location"].startswith("/account/factor/")
