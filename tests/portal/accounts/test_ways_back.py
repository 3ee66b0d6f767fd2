"""A forgotten password and another address: by letter, told alike to all, past no second factor."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts import actions, selectors, tasks
from portal.accounts.actions import Outcome
from portal.accounts.errors import LinkSpent, NotFresh, ResetSpent, TooManyChanges
from portal.accounts.models import AddressChange, PasswordReset, Person, Session, Throttle
from portal.kernel import clock, door
from portal.kernel.actor import STRANGER
from portal.notifications.selectors import written
from portal.outbox.models import Letter, State
from tests.portal.accounts.conftest import PASSWORD, WORK, browser, key_of, make
from tests.portal.accounts.entries import events
from tests.portal.accounts.letters import last_of, readers, waiting
from tests.portal.accounts.test_races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I12")]
CHOSEN = "seven kettles on the moon"
NEW = "ada@new.example"


def forgot(email, **more):
    return Client(**more).post("/forgot/", {"email": email})


def reset_link(someone):
    forgot(someone.email)
    tasks.answer_resets()
    return last_of("accounts.reset")["link"]


def choose(token, chosen=CHOSEN):
    return Client().post(f"/reset/{token}/", {"chosen": chosen})


def sign_in(email, password):
    client = Client()
    return client, client.post("/sign-in/", {"username": email, "password": password})


def actor_of(someone):
    return someone.acts(key_of(browser(someone)))


def ask_address(someone, address=NEW, password=PASSWORD, actor=None):
    attempt = selectors.attempt_own_password(someone.id, password, "10.0.0.1")
    return door.run(actions.ask_address_change, actor or actor_of(someone), attempt, address)


def email_of(someone):
    return selectors.profiles([someone.id])[someone.id].email


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


def test_another_address_counts_once_it_said_yes(ada):
    assert ask_address(ada).outcome is Outcome.DONE
    before = email_of(ada)
    token = last_of("accounts.address-proof")["link"]

    opened = Client().get(f"/address/{token}/")
    unchanged = email_of(ada)
    Client().post(f"/address/{token}/")

    assert opened.status_code == HTTPStatus.OK
    assert before == unchanged == ada.email
    assert email_of(ada) == NEW
    assert selectors.find_person(NEW).pk == ada.id
    assert selectors.find_person(ada.email) is None
    assert {"address.change-asked", "address.changed"} <= {*events()}
    assert Client().post(f"/address/{token}/").status_code == HTTPStatus.GONE


def test_the_new_address_is_asked_and_the_old_one_told(ada):
    ask_address(ada)

    assert readers("accounts.address-proof") == [NEW]
    assert readers("accounts.address-notice") == [ada.email]
    for letter in waiting():
        body = written(letter).body
        assert (NEW if "notice" in letter.kind else ada.email) not in body


def test_a_wrong_password_or_an_old_sign_in_changes_nothing(ada):
    wrong = ask_address(ada, password="not it at all")
    old = actor_of(ada)
    with clock.moved(by=timedelta(minutes=16)), pytest.raises(NotFresh):
        ask_address(ada, actor=old)

    assert wrong.outcome is Outcome.REFUSED
    assert not AddressChange.objects.exists()
    assert waiting() == []
    assert "password.refused" in events()


def test_the_page_asks_for_the_password_and_says_what_follows(ada):
    client = browser(ada)

    wrong = client.post("/account/address/", {"address": NEW, "current": "no no no no"})
    right = client.post("/account/address/", {"address": NEW, "current": PASSWORD})
    shown = client.get("/account/sessions/")

    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert right["Location"] == "/account/sessions/"
    assert b"Two letters are on their way" in shown.content


@pytest.mark.parametrize("is_done", [False, True])
def test_the_old_address_takes_it_back_for_seven_days(ada, is_done):
    ask_address(ada)
    proof, stop = (last_of(f"accounts.address-{kind}")["link"] for kind in ("proof", "notice"))
    if is_done:
        door.run(actions.prove_address, STRANGER, proof)
    thief = browser(ada)
    with clock.moved(by=timedelta(days=6)):
        opened = Client().get(f"/keep-address/{stop}/")
        door.run(actions.keep_address, STRANGER, stop)

    assert opened.status_code == HTTPStatus.OK
    assert email_of(ada) == ada.email
    assert thief.get("/account/sessions/")["Location"].startswith("/sign-in/")
    assert not Person.objects.get(pk=ada.id).has_usable_password()
    assert selectors.has_factor(ada.id)
    with pytest.raises(LinkSpent):
        door.run(actions.prove_address, STRANGER, proof)
    with pytest.raises(LinkSpent):
        door.run(actions.keep_address, STRANGER, stop)
    assert "address.change-stopped" in events()


def test_two_changes_in_a_row_are_both_taken_back(ada):
    ask_address(ada)
    first = last_of("accounts.address-notice")["link"]
    door.run(actions.prove_address, STRANGER, last_of("accounts.address-proof")["link"])
    ask_address(ada, "thief@new.example")
    second = last_of("accounts.address-proof")["link"]
    door.run(actions.prove_address, STRANGER, second)

    door.run(actions.keep_address, STRANGER, first)

    assert email_of(ada) == ada.email
    assert not AddressChange.objects.filter(ended_at=None).exists()


def test_after_seven_days_it_stays_and_a_proof_lasts_a_day(ada):
    ask_address(ada)
    proof, stop = (last_of(f"accounts.address-{kind}")["link"] for kind in ("proof", "notice"))

    with clock.moved(by=timedelta(hours=25)), pytest.raises(LinkSpent):
        door.run(actions.prove_address, STRANGER, proof)
    with clock.moved(by=timedelta(days=8)), pytest.raises(LinkSpent):
        door.run(actions.keep_address, STRANGER, stop)


def test_an_address_of_somebody_else_is_not_told_and_not_taken(ada, ben):
    asked = ask_address(ada, ben.email)

    assert asked.outcome is Outcome.DONE
    with pytest.raises(LinkSpent):
        door.run(actions.prove_address, STRANGER, last_of("accounts.address-proof")["link"])
    assert selectors.find_person(ben.email).pk == ben.id


def test_an_address_that_may_be_taken_back_is_not_given_to_another(ada, ben):
    ask_address(ada)
    door.run(actions.prove_address, STRANGER, last_of("accounts.address-proof")["link"])
    ask_address(ben, ada.email, actor=ben.acts(key_of(browser(ben, factor=""))))

    with pytest.raises(LinkSpent):
        door.run(actions.prove_address, STRANGER, last_of("accounts.address-proof")["link"])


def test_asking_again_ends_the_earlier_proof(ada):
    ask_address(ada, "one@new.example")
    first = last_of("accounts.address-proof")["link"]
    ask_address(ada, "two@new.example")

    with pytest.raises(LinkSpent):
        door.run(actions.prove_address, STRANGER, first)
    assert readers("accounts.address-proof") == ["two@new.example"]


def test_nobody_changes_addresses_all_day(ada):
    for n in range(5):
        ask_address(ada, f"n{n}@new.example")
    with pytest.raises(TooManyChanges):
        ask_address(ada, "n6@new.example")


def test_links_of_one_kind_open_nothing_of_another(ada, ben):
    ask_address(ada)
    proof, stop = (last_of(f"accounts.address-{kind}")["link"] for kind in ("proof", "notice"))
    reset = reset_link(ben)

    for path in ("reset", "address", "keep-address", "keep-phone", "join"):
        for own, token in (("reset", reset), ("address", proof), ("keep-address", stop)):
            status = Client().get(f"/{path}/{token}/").status_code
            assert status == (HTTPStatus.OK if path == own else HTTPStatus.GONE), (path, own)


def test_links_are_swept_once_they_matter_no_more(ada, ben):
    reset_link(ben)
    ask_address(ada)

    with clock.moved(by=timedelta(days=29)):
        door.run(actions.sweep, WORK)
    kept = (PasswordReset.objects.count(), AddressChange.objects.count())
    with clock.moved(by=timedelta(days=40)):
        door.run(actions.sweep, WORK)

    assert kept == (1, 1)
    assert (PasswordReset.objects.count(), AddressChange.objects.count()) == (0, 0)


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
