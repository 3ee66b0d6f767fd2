"""Signing in by pages: the steps, what they refuse, and what they must not tell."""

from http import HTTPStatus

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.accounts import actions
from portal.accounts.models import Session
from portal.kernel import door
from tests.portal.accounts.conftest import PASSWORD, WORK, Someone, browser, key_of, later
from tests.portal.accounts.entries import events

pytestmark = pytest.mark.feature("I3", "I7")
SIGN_IN, CODE = "/sign-in/", "/sign-in/code/"


def first_step(client: Client, email: str, password: str = PASSWORD, **more: str):
    return client.post(SIGN_IN, {"username": email, "password": password, **more})


def second_step(client: Client, code: str, **more: str):
    return client.post(CODE, {"code": code, **more})


def test_a_patient_signs_in_with_a_second_factor(ada: Someone):
    client = Client(headers={"user-agent": "Mozilla/5.0 (Android 16) Firefox/149.0"})

    half_way = first_step(client, " BYRON@example.org")
    before = client.get("/account/sessions/")
    signed_in = second_step(client, ada.code())
    page = client.get("/account/sessions/")

    assert (half_way.status_code, half_way["Location"]) == (302, CODE)
    assert before["Location"].startswith(CODE)
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")
    assert page.status_code == HTTPStatus.OK
    assert b"Firefox on Android" in page.content
    assert events()[-2:] == ["password.accepted", "person.signed-in"]
    session = Session.objects.get()
    assert (session.factor, session.person_id) == ("app", ada.id)


def test_a_patient_without_a_factor_needs_none(ben: Someone):
    client = Client()

    answer = first_step(client, ben.email, next="/account/sessions/")

    assert answer["Location"] == "/account/sessions/"
    assert client.get("/account/sessions/").status_code == HTTPStatus.OK
    assert events()[-1] == "person.signed-in"


@pytest.mark.feature("I1")
def test_staff_without_a_factor_reach_only_enrolment(dov: Someone):
    client = Client()

    answer = first_step(client, dov.email)
    others = {path: client.get(path) for path in ("/", "/account/sessions/", "/account/password/")}
    enrolment = client.get("/account/factor/")

    assert answer["Location"] == "/account/factor/"
    assert enrolment.status_code == HTTPStatus.OK
    for path, response in others.items():
        assert response["Location"].startswith("/account/factor/"), path


def test_the_cookie_changes_at_each_step_and_the_old_one_is_worth_nothing(ada: Someone):
    client, thief = Client(), Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 40  # fixed by somebody else

    first_step(client, ada.email)
    half_way = key_of(client)
    second_step(client, ada.code())
    whole = key_of(client)

    assert len({"a" * 40, half_way, whole}) == 3
    for old in ("a" * 40, half_way):
        thief.cookies[settings.SESSION_COOKIE_NAME] = old
        assert thief.get("/account/sessions/")["Location"].startswith(SIGN_IN)
    assert client.get("/account/sessions/").status_code == HTTPStatus.OK


def test_nothing_of_an_earlier_session_is_carried_over(ada: Someone, ben: Someone):
    client = browser(ada)
    first = Session.objects.get(person=ada.id)

    first_step(client, ben.email)

    first.refresh_from_db()
    assert (first.ended_why, first.data) == ("replaced", {})
    assert Session.objects.get(person=ben.id).data["_auth_user_id"] == str(ben.id)


@pytest.mark.usefixtures("noon")
def test_a_wrong_code_keeps_one_half_way_and_a_right_one_follows(ada: Someone):
    client = Client()
    first_step(client, ada.email)

    wrong = second_step(client, "000000")
    right = second_step(client, f" {ada.code()[:3]} {ada.code()[3:]}".strip())

    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert b"did not work" in wrong.content
    assert right["Location"] == "/"
    assert events()[-2:] == ["code.refused", "person.signed-in"]


@pytest.mark.usefixtures("noon")
def test_a_code_is_refused_the_second_time(ada: Someone):
    code = ada.code()
    first, second = Client(), Client()
    first_step(first, ada.email)
    first_step(second, ada.email)

    accepted = second_step(first, code)
    replayed = second_step(second, code)

    assert accepted.status_code == HTTPStatus.FOUND
    assert replayed.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.usefixtures("noon")
def test_the_second_step_must_follow_within_ten_minutes(ada: Someone):
    client = Client()
    first_step(client, ada.email)

    with later(minutes=10):
        answer = second_step(client, ada.code())

    assert answer["Location"].startswith(SIGN_IN)


def test_the_second_step_without_the_first_leads_to_the_first(ada: Someone):
    assert second_step(Client(), ada.code())["Location"] == SIGN_IN
    assert second_step(browser(ada), ada.code())["Location"] == SIGN_IN


def test_closing_the_account_between_the_steps_closes_the_door(ada: Someone):
    client = Client()
    first_step(client, ada.email)
    door.run(actions.close_person, WORK, ada.id)

    answer = second_step(client, ada.code())

    assert answer["Location"] == SIGN_IN
    assert not Session.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "evil",
    ],
)
def test_nobody_is_sent_to_another_site(ben: Someone, onward: str):
    assert first_step(Client(), ben.email, next=onward)["Location"] == "/"


def test_where_one_was_going_survives_both_steps(ada: Someone):
    client = Client()

    asked = client.get("/account/sessions/?x=1")
    half_way = first_step(client, ada.email, next="/account/sessions/?x=1")
    page = client.get(half_way["Location"])
    done = second_step(client, ada.code(), next="/account/sessions/?x=1")

    assert asked["Location"] == f"{SIGN_IN}?next=%2Faccount%2Fsessions%2F%3Fx%3D1"
    assert b'value="/account/sessions/?x=1"' in page.content
    assert done["Location"] == "/account/sessions/?x=1"


def test_signing_out_ends_the_session_and_clears_the_browser(ada: Someone):
    client = browser(ada)
    key = key_of(client)

    answer = client.post("/sign-out/")
    page = client.get(answer["Location"])

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert key_of(client) == ""
    assert b"You are signed out" in page.content
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    assert thief.get("/account/sessions/")["Location"].startswith(f"{SIGN_IN}?reason=ended")
    assert events()[-1] == "person.signed-out"


def test_signing_out_takes_a_post(ada: Someone):
    assert browser(ada).get("/sign-out/").status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.usefixtures("noon")
def test_neither_password_nor_code_is_kept_anywhere(ada: Someone):
    client = Client()
    first_step(client, ada.email, "CANARY-wrong-password")
    code = ada.code()
    first_step(client, ada.email)
    second_step(client, "987654")
    second_step(client, code)

    dump = "".join(rows_of_every_table())

    for secret in (PASSWORD, "CANARY-wrong-password", "987654", ada.email, "Byron", key_of(client)):
        assert secret not in dump
        assert secret.encode().hex() not in dump
    assert f'"{code}"' not in dump


def rows_of_every_table() -> list[str]:
    """Every value of every row, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                found += [
                    value.hex() if isinstance(value, bytes | memoryview) else repr(value)
                    for value in row
                ]
    return found


def test_a_sign_in_page_says_why_one_is_here():
    for reason, words in (("idle", b"You were away"), ("ended", b"You were signed out")):
        assert words in Client().get(f"{SIGN_IN}?reason={reason}").content
    assert b"banner" not in Client().get(f"{SIGN_IN}?reason=<x>").content


def test_names_of_addresses_are_those_the_look_uses():
    for name in ("sign-in", "code", "factor", "recovery-codes", "sign-out", "sessions"):
        assert reverse(f"accounts:{name}")
    assert reverse("accounts:end-other-sessions")
