"""Asked once more who one is: what counts as a proof, how often one may try, what it leaves."""

from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from portal.accounts import actions, policy, selectors
from portal.accounts.errors import NotAllowed, SignInExpired
from portal.accounts.models import Session
from portal.kernel import door
from portal.kernel.errors import Unavailable
from tests.portal.accounts.conftest import PASSWORD, Someone, browser, key_of, later
from tests.portal.accounts.entries import events

pytestmark = [pytest.mark.feature("I5"), pytest.mark.usefixtures("noon")]
FACTOR, CODES, NEW = (
    "/account/factor/",
    "/account/recovery-codes/",
    "/account/recovery-codes/new/",
)
WAY, BY, FOR = "_step_up", "_step_up_by", "_step_up_for"


def prove(client: Client, way: str, **given: str) -> Any:
    """The proof for a new second factor is given."""
    return client.post(FACTOR, {WAY: way, FOR: "GET accounts:factor", **given})


def session_of(client: Client) -> Session:
    """The session that this browser holds."""
    found = selectors.find_session(key_of(client))
    assert found
    return found


def a_while_later() -> Any:
    """A proof of noon is stale; nobody is signed out yet."""
    return later(minutes=16)


def test_a_proof_counts_for_a_quarter_of_an_hour(ben: Someone):
    client = browser(ben, factor="")

    with later(minutes=14):
        assert client.get(FACTOR).status_code == HTTPStatus.OK
    with later(minutes=15):
        assert client.get(FACTOR).status_code == HTTPStatus.FORBIDDEN
        prove(client, "password", password=PASSWORD)
    with later(minutes=29):
        assert client.get(FACTOR).status_code == HTTPStatus.OK


def test_the_session_goes_on_under_a_new_cookie_and_no_longer_than_before(ada: Someone):
    client, thief = browser(ada), Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key_of(client)
    before, old = session_of(client), key_of(client)

    with a_while_later():
        answer = prove(client, "app", code=ada.code())
        after = session_of(client)
        stolen = thief.get(CODES)

    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, FACTOR)
    assert key_of(client) != old
    assert stolen["Location"].startswith("/sign-in/")
    assert (after.pk, after.ends_at, after.signed_in_at) == (
        before.pk,
        before.ends_at,
        before.signed_in_at,
    )
    assert events()[-1] == "person.stepped-up"


def test_forms_in_other_tabs_stay_good(ben: Someone):
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = key_of(browser(ben, factor=""))
    shown = client.get("/account/sessions/").content.decode()
    token = shown.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]

    with a_while_later():
        proven = prove(client, "password", password=PASSWORD, csrfmiddlewaretoken=token)
        other_tab = client.post("/sign-out/", {"csrfmiddlewaretoken": token})

    assert (proven.status_code, other_tab.status_code) == (HTTPStatus.FOUND, HTTPStatus.FOUND)


def test_where_there_is_an_app_a_password_proves_nothing(ada: Someone):
    client = browser(ada)
    actor = ada.acts(key_of(client))
    with a_while_later():
        answer = prove(client, "password", password=PASSWORD)
        attempt = selectors.attempt_own_password(ada.id, PASSWORD, "test")
        with pytest.raises(NotAllowed):
            door.run(actions.step_up_by_password, actor, attempt)

        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert client.get(FACTOR).status_code == HTTPStatus.FORBIDDEN


def test_a_code_on_paper_does_what_the_app_does_once(ada: Someone):
    client = browser(ada)
    codes = client.post(NEW).context["codes"]

    with a_while_later():
        asked = prove(client, "app", **{BY: "recovery"})
        assert b"Recovery code" in asked.content
        assert prove(client, "recovery", code=codes[0]).status_code == HTTPStatus.FOUND
    with later(minutes=40):
        client = browser(ada)
    with later(minutes=56):
        again = prove(client, "recovery", code=codes[0])

    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert selectors.remaining_codes(ada.id) == 9


def test_tries_are_counted_with_those_of_signing_in(ada: Someone):
    client = browser(ada)
    with a_while_later():
        for _ in range(policy.CODE_BY_ACCOUNT.tickets):
            prove(client, "app", code="000000")
        right = prove(client, "app", code=ada.code())

        assert right.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert events()[-1] == "code.refused"
        assert client.get(FACTOR).status_code == HTTPStatus.FORBIDDEN


def test_wrong_passwords_are_counted_too(ben: Someone):
    client = browser(ben, factor="")
    with a_while_later():
        for _ in range(policy.PASSWORD_BY_ACCOUNT.tickets):
            prove(client, "password", password="wrong")
        right = prove(client, "password", password=PASSWORD)

        assert right.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert events()[-1] == "password.refused"


def test_a_proof_is_no_way_in_for_strangers_and_none_around_the_second_step(ada: Someone):
    half_way = Client()
    half_way.post("/sign-in/", {"username": ada.email, "password": PASSWORD})

    assert prove(Client(), "password", password=PASSWORD)["Location"].startswith("/sign-in/")
    assert prove(half_way, "app", code=ada.code())["Location"].startswith("/sign-in/code/")


@pytest.mark.parametrize("way", ["app", "recovery", "password"])
@pytest.mark.parametrize("address", ["/sign-in/", "/sign-in/code/", "/language/", "/"])
def test_where_nobody_signs_in_there_is_nothing_to_prove(address: str, way: str, ada: Someone):
    half_way = Client()
    half_way.post("/sign-in/", {"username": ada.email, "password": PASSWORD})
    given = {WAY: way, FOR: "GET accounts:factor", "code": ada.code(), "password": PASSWORD}

    answers = [client.post(address, given) for client in (Client(), half_way)]

    assert all(answer.status_code < 500 for answer in answers)
    assert "person.stepped-up" not in events()


def test_a_proof_while_too_many_passwords_are_checked_is_asked_for_later(
    ben: Someone, monkeypatch: pytest.MonkeyPatch
):
    def busy(*_given: Any) -> None:
        raise Unavailable("too many passwords are being checked")

    client = browser(ben, factor="")
    monkeypatch.setattr(selectors, "attempt_own_password", busy)
    with a_while_later():
        answer = prove(client, "password", password=PASSWORD)

    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE


def test_a_proof_for_what_is_not_asked_for_leads_home(ben: Someone):
    client = browser(ben, factor="")

    answer = client.post(FACTOR, {WAY: "password", FOR: "GET home", "password": PASSWORD})

    assert answer["Location"] == "/"


def test_a_session_that_was_ended_meanwhile_cannot_be_made_fresh(ada: Someone):
    client = browser(ada)
    actor = ada.acts(key_of(client))
    door.run(actions.sign_out, actor)

    with pytest.raises(SignInExpired):
        door.run(actions.step_up_by_code, actor, code=ada.code(), way="app", source="test")
