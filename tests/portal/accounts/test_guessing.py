"""What a refused sign-in must not tell, and how many tries there are."""

import re
from http import HTTPStatus

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts import actions, policy, selectors
from portal.accounts.errors import NotAllowed
from portal.accounts.models import Session, Throttle
from portal.audit.models import Entry
from portal.kernel import door
from tests.portal.accounts.conftest import PASSWORD, WORK, Someone, browser, key_of, later, make
from tests.portal.accounts.entries import events

pytestmark = pytest.mark.feature("I3", "I7")
SIGN_IN, CODE = "/sign-in/", "/sign-in/code/"


def first_step(client: Client, email: str, password: str = PASSWORD, **more: str):
    return client.post(SIGN_IN, {"username": email, "password": password, **more})


def second_step(client: Client, code: str, **more: str):
    return client.post(CODE, {"code": code, **more})


def refused_pages(*attempts: tuple[str, str]) -> list[tuple[int, str]]:
    """Status and body of each attempt, what is random or typed taken out."""
    pages = []
    for email, password in attempts:
        client = Client()
        response = first_step(client, email, password)
        body = response.content.decode().replace(email, "E")
        token = client.cookies["csrf"].value
        assert token not in body
        body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body)
        assert PASSWORD not in body
        pages.append((response.status_code, body))
    return pages


def test_unknown_wrong_closed_roleless_and_throttled_look_the_same(ada: Someone, ben: Someone):
    door.run(actions.close_person, WORK, ben.id)
    make("Nell Gone", factor=False)
    tired = make("Tim Tired", "patient", factor=False)
    for _ in range(policy.PASSWORD_BY_ACCOUNT.tickets):
        first_step(Client(), tired.email, "wrong")

    pages = refused_pages(
        (ada.email, "wrong"),
        ("nobody@example.org", PASSWORD),
        (ben.email, PASSWORD),
        ("gone@example.org", PASSWORD),
        (tired.email, PASSWORD),
    )

    assert pages == [pages[0]] * 5
    assert pages[0][0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert events()[-5:] == ["person.sign-in-refused"] * 5
    assert {entry.outcome for entry in Entry.objects.filter(event__endswith="refused")} == {8}


def test_unknown_and_wrong_take_the_same_work(ada: Someone, monkeypatch: pytest.MonkeyPatch):
    hashes: list[str] = []
    real = check_password

    def counted(password: str, encoded: str) -> bool:
        hashes.append(encoded.split("$")[1])
        return real(password, encoded)

    monkeypatch.setattr(selectors.passwords, "check_password", counted)
    first_step(Client(), ada.email, "wrong")
    first_step(Client(), "nobody@example.org", "wrong")  # both have their throttle rows now
    costs = []
    for email in (ada.email, "nobody@example.org"):
        hashes.clear()
        with CaptureQueriesContext(connection) as captured:
            first_step(Client(), email, "wrong")
        costs.append((len(hashes), [query["sql"].split()[0] for query in captured]))

    assert costs[0] == costs[1]
    assert costs[0][0] == 1


def test_an_account_is_throttled_whatever_the_session_or_address(ada: Someone):
    for n in range(policy.PASSWORD_BY_ACCOUNT.tickets):
        first_step(Client(REMOTE_ADDR=f"10.0.0.{n}"), ada.email, "wrong")

    right = first_step(Client(REMOTE_ADDR="10.0.1.1"), ada.email)

    assert right.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Session.objects.count() == 0


@pytest.mark.usefixtures("noon")
def test_the_throttle_opens_again_after_its_window(ada: Someone):
    for _ in range(policy.PASSWORD_BY_ACCOUNT.tickets + 5):
        first_step(Client(), ada.email, "wrong")

    with later(minutes=14, seconds=59):
        still = first_step(Client(), ada.email)
    with later(minutes=15):
        again = first_step(Client(), ada.email)

    assert still.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert again["Location"] == CODE


def test_a_source_is_throttled_across_accounts_and_costs_no_hash_any_more(
    ada: Someone, monkeypatch: pytest.MonkeyPatch
):
    limit = policy.PASSWORD_BY_SOURCE
    with monkeypatch.context() as patched:
        patched.setattr(selectors.passwords, "check_password", lambda *_: False)
        for n in range(limit.tickets):
            first_step(Client(REMOTE_ADDR="10.9.9.9"), f"p{n}@example.org", "wrong")
    monkeypatch.setattr(selectors.passwords, "check_password", lambda *_: pytest.fail("hashed"))

    refused = first_step(Client(REMOTE_ADDR="10.9.9.9"), ada.email)

    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert refused["Retry-After"]


def test_success_does_not_count_against_an_address(ben: Someone):
    for _ in range(5):
        first_step(Client(REMOTE_ADDR="10.9.9.8"), ben.email)

    assert {throttle.used for throttle in Throttle.objects.all()} == {0}


@pytest.mark.usefixtures("noon")
def test_guesses_at_a_code_are_counted_across_sessions_and_sign_ins(ada: Someone):
    for _ in range(policy.CODE_BY_ACCOUNT.tickets):
        client = Client()
        first_step(client, ada.email)
        second_step(client, "000000")

    client = Client()
    first_step(client, ada.email)
    right = second_step(client, ada.code())

    assert right.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.usefixtures("noon")
def test_a_hundred_wrong_codes_in_a_row_close_the_second_step_until_somebody_helps(
    ada: Someone, cara: Someone
):
    for hour in range(10):
        with later(hours=hour):
            client = Client()
            first_step(client, ada.email)
            for _ in range(10):
                second_step(client, "000000")

    with later(hours=24):
        client = Client()
        first_step(client, ada.email)
        shut = second_step(client, ada.code())
        with pytest.raises(NotAllowed):
            door.run(actions.allow_codes_again, cara.acts(key_of(browser(cara))), ada.id)
        door.run(actions.allow_codes_again, WORK, ada.id)
        open_again = second_step(client, ada.code())

    assert shut.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert open_again["Location"] == "/"
