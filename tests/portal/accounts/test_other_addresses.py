"""Another address: asked for by password, proven by one letter, kept by another."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import Client

from portal.accounts import actions, selectors
from portal.accounts.actions import Outcome
from portal.accounts.errors import LinkSpent, NotFresh, TooManyChanges
from portal.accounts.models import AddressChange, PasswordReset, Person
from portal.kernel import clock, door
from portal.kernel.actor import STRANGER
from portal.notifications.selectors import written
from tests.portal.accounts.conftest import PASSWORD, WORK, browser, key_of, person_at
from tests.portal.accounts.entries import events
from tests.portal.accounts.letters import last_of, readers, waiting
from tests.portal.accounts.ways_back import (
    CHOSEN,
    NEW,
    actor_of,
    ask_address,
    choose,
    email_of,
    reset_link,
)

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I12")]


def test_another_address_counts_once_it_said_yes(ada):
    assert ask_address(ada).outcome is Outcome.DONE
    before = email_of(ada)
    token = last_of("accounts.address-proof")["link"]

    opened = browser(ada).get(f"/address/{token}/")
    unchanged = email_of(ada)
    browser(ada).post(f"/address/{token}/")

    assert opened.status_code == HTTPStatus.OK
    assert before == unchanged == ada.email
    assert email_of(ada) == NEW
    assert person_at(NEW).pk == ada.id
    assert selectors.find_person(ada.email) is None
    assert {"address.change-asked", "address.changed"} <= {*events()}
    assert browser(ada).post(f"/address/{token}/").status_code == HTTPStatus.GONE


def test_the_new_address_is_asked_and_the_old_one_told(ada):
    ask_address(ada)

    assert readers("accounts.address-proof") == [NEW]
    assert readers("accounts.address-notice") == [ada.email]
    for letter in waiting():
        body = written(letter).body
        assert (NEW if "notice" in letter.kind else ada.email) not in body


def test_a_link_that_lies_with_the_old_address_opens_nothing_any_more(ada):
    old = reset_link(ada)
    ask_address(ada)
    browser(ada).post(f"/address/{last_of('accounts.address-proof')['link']}/")

    assert email_of(ada) == NEW
    assert choose(old).status_code == HTTPStatus.GONE


def test_nobody_but_who_asked_says_yes(ada, ben):
    """Somebody who reads that address is asked by letter, and may press what the clinic sends."""
    ask_address(ada, "rosa@new.example")
    token = last_of("accounts.address-proof")["link"]

    asked = Client().post(f"/address/{token}/")
    others = [browser(ben, factor="").post(f"/address/{token}/").status_code]
    with pytest.raises(LinkSpent):
        door.run(actions.prove_address, STRANGER, token)

    assert asked["Location"].startswith("/sign-in/")
    assert others == [HTTPStatus.GONE]
    assert selectors.find_person("rosa@new.example") is None


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
    assert b"Two e-mails are on their way" in shown.content


@pytest.mark.parametrize("is_done", [False, True])
def test_the_old_address_takes_it_back_for_seven_days(ada, is_done):
    ask_address(ada)
    proof, stop = (last_of(f"accounts.address-{kind}")["link"] for kind in ("proof", "notice"))
    if is_done:
        door.run(actions.prove_address, actor_of(ada), proof)
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
        door.run(actions.prove_address, actor_of(ada), proof)
    with pytest.raises(LinkSpent):
        door.run(actions.keep_address, STRANGER, stop)
    assert "address.change-stopped" in events()


def test_two_changes_in_a_row_are_both_taken_back(ada):
    ask_address(ada)
    first = last_of("accounts.address-notice")["link"]
    door.run(actions.prove_address, actor_of(ada), last_of("accounts.address-proof")["link"])
    ask_address(ada, "thief@new.example")
    second = last_of("accounts.address-proof")["link"]
    door.run(actions.prove_address, actor_of(ada), second)

    door.run(actions.keep_address, STRANGER, first)

    assert email_of(ada) == ada.email
    assert not AddressChange.objects.filter(ended_at=None).exists()


def test_after_seven_days_it_stays_and_a_proof_lasts_a_day(ada):
    ask_address(ada)
    proof, stop = (last_of(f"accounts.address-{kind}")["link"] for kind in ("proof", "notice"))

    with clock.moved(by=timedelta(hours=25)), pytest.raises(LinkSpent):
        door.run(actions.prove_address, actor_of(ada), proof)
    with clock.moved(by=timedelta(days=8)), pytest.raises(LinkSpent):
        door.run(actions.keep_address, STRANGER, stop)


def test_an_address_of_somebody_else_is_not_told_and_not_taken(ada, ben):
    asked = ask_address(ada, ben.email)

    assert asked.outcome is Outcome.DONE
    with pytest.raises(LinkSpent):
        door.run(actions.prove_address, actor_of(ada), last_of("accounts.address-proof")["link"])
    assert person_at(ben.email).pk == ben.id


def test_an_address_that_may_be_taken_back_is_not_given_to_another(ada, ben):
    ask_address(ada)
    door.run(actions.prove_address, actor_of(ada), last_of("accounts.address-proof")["link"])
    bens = ben.acts(key_of(browser(ben, factor="")))
    ask_address(ben, ada.email, actor=bens)

    with pytest.raises(LinkSpent):
        door.run(actions.prove_address, bens, last_of("accounts.address-proof")["link"])


def test_asking_again_ends_the_earlier_proof(ada):
    ask_address(ada, "one@new.example")
    first = last_of("accounts.address-proof")["link"]
    ask_address(ada, "two@new.example")

    with pytest.raises(LinkSpent):
        door.run(actions.prove_address, actor_of(ada), first)
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
            status = browser(ada).get(f"/{path}/{token}/").status_code
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


@pytest.mark.parametrize("way", ["reset", "change"])
def test_an_address_that_waits_cannot_be_proven_after_another_password(ada, way):
    ask_address(ada)
    proof = last_of("accounts.address-proof")["link"]
    stop = last_of("accounts.address-notice")["link"]

    if way == "reset":
        choose(reset_link(ada))
    else:
        browser(ada).post("/account/password/", {"current": PASSWORD, "chosen": CHOSEN})

    assert browser(ada).post(f"/address/{proof}/").status_code == HTTPStatus.GONE
    assert email_of(ada) == ada.email
    assert Client().get(f"/keep-address/{stop}/").status_code == HTTPStatus.OK


def test_another_password_ends_the_link_to_a_new_one(ada):
    token = reset_link(ada)

    browser(ada).post("/account/password/", {"current": PASSWORD, "chosen": CHOSEN})

    assert choose(token).status_code == HTTPStatus.GONE
