"""Sessions: listed, ended, idled out."""

from http import HTTPStatus

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts import actions, selectors
from portal.accounts.models import Session
from portal.kernel import door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.portal.accounts.conftest import PASSWORD, WORK, Someone, browser, key_of, later
from tests.portal.accounts.entries import events

pytestmark = [pytest.mark.feature("I7", "I8"), pytest.mark.usefixtures("noon")]
PAGE = "/account/sessions/"


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == HTTPStatus.OK


def session_of(client: Client) -> Session:
    found = selectors.find_session(key_of(client))
    assert found
    return found


def test_a_person_sees_their_own_sessions_and_no_other(ada: Someone, ben: Someone):
    client, phone = browser(ada), browser(ada)
    browser(ben, factor="")

    lines = selectors.sessions_of(ada.acts(key_of(client)))

    assert {line.handle for line in lines} == {
        str(session_of(client).pk),
        str(session_of(phone).pk),
    }
    assert [line.is_current for line in lines].count(True) == 1
    assert key_of(phone) not in client.get(PAGE).content.decode()


def test_ending_one_session_ends_that_one(ada: Someone):
    client, phone, tablet = browser(ada), browser(ada), browser(ada)

    answer = client.post(f"{PAGE}{session_of(phone).pk}/end/")

    assert answer["Location"] == PAGE
    assert [is_in(one) for one in (client, phone, tablet)] == [True, False, True]
    assert events()[-1] == "session.ended"


def test_ending_the_others_leaves_this_one(ada: Someone):
    client, phone, tablet = browser(ada), browser(ada), browser(ada)

    client.post(f"{PAGE}others/end/")

    assert [is_in(one) for one in (client, phone, tablet)] == [True, False, False]
    assert events()[-2:] == ["session.ended"] * 2


def test_somebody_elses_session_and_none_at_all_look_the_same(ada: Someone, ben: Someone):
    client, theirs = browser(ada), browser(ben, factor="")

    foreign = client.post(f"{PAGE}{session_of(theirs).pk}/end/")
    missing = client.post(f"{PAGE}{new_id()}/end/")

    assert foreign.status_code == missing.status_code == HTTPStatus.NOT_FOUND
    assert foreign.content == missing.content
    assert is_in(theirs)
    assert events()[-2:] == ["access.refused"] * 2


def test_the_refusal_names_a_session_only_if_it_exists(ada: Someone, ben: Someone):
    actor, theirs = ada.acts(key_of(browser(ada))), session_of(browser(ben, factor=""))

    with pytest.raises(NotFound) as foreign:
        door.run(actions.end_session, actor, theirs.pk)
    with pytest.raises(NotFound) as missing:
        door.run(actions.end_session, actor, new_id())

    assert (foreign.value.subject, missing.value.subject) == (theirs.pk, None)


@pytest.mark.parametrize(("who", "minutes"), [("ada", 30), ("cara", 15)])
def test_a_session_idles_out_by_role(who: str, minutes: int, request: pytest.FixtureRequest):
    client = browser(request.getfixturevalue(who))
    key = key_of(client)

    with later(minutes=minutes - 1):
        assert is_in(client)
    with later(minutes=2 * minutes - 2):
        assert is_in(client)  # it was used in between
    with later(minutes=3 * minutes):
        answer = client.get(PAGE)

    assert answer["Location"].startswith("/sign-in/?reason=idle")
    assert key_of(client) == ""
    assert Session.objects.get().ended_why == "idle"
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    with later(minutes=1):
        assert not is_in(client)  # ended is ended, even if the clock goes back


def test_a_session_ends_at_its_limit_however_busy(ada: Someone):
    client = browser(ada)
    for minutes in range(0, 12 * 60, 20):
        with later(minutes=minutes):
            assert is_in(client)

    with later(hours=12):
        assert client.get(PAGE)["Location"].startswith("/sign-in/?reason=idle")


def test_being_here_is_written_at_most_once_a_minute(ada: Someone):
    client = browser(ada)
    with later(seconds=59):
        is_in(client)
    first = session_of(client).last_seen_at
    with later(seconds=61):
        is_in(client)
        is_in(client)

    assert (session_of(client).last_seen_at - first).total_seconds() == 61


def test_a_closed_account_is_out_at_once(ada: Someone):
    client = browser(ada)

    door.run(actions.close_person, WORK, ada.id)

    assert client.get(PAGE)["Location"].startswith("/sign-in/?reason=ended")


def test_a_role_that_ended_leaves_nothing_to_do(cara: Someone):
    client = browser(cara)
    assert is_in(client)

    door.run(actions.end_role, WORK, cara.id, "clinician")
    answer = client.get(PAGE)

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert b"not open for anything" in answer.content
    assert client.post("/sign-out/").status_code == HTTPStatus.FOUND


def test_becoming_staff_takes_a_second_factor_from_the_next_request_on(ben: Someone):
    client = browser(ben, factor="")
    assert is_in(client)

    door.run(actions.grant_role, WORK, ben.id, "coordinator")

    assert client.get(PAGE)["Location"].startswith("/account/factor/")


@pytest.mark.feature("I7")
def test_changing_the_password_ends_every_other_session(ada: Someone):
    client, phone = browser(ada), browser(ada)
    before, pending = key_of(client), Client()
    pending.post("/sign-in/", {"username": ada.email, "password": PASSWORD})

    answer = client.post(
        "/account/password/", {"current": PASSWORD, "chosen": "another good long sentence"}
    )

    assert answer["Location"] == "/"
    assert key_of(client) != before
    assert [is_in(one) for one in (client, phone)] == [True, False]
    code = pending.post("/sign-in/code/", {"code": ada.code()})
    assert code["Location"] == "/sign-in/"
    assert "password.changed" in events()


def test_another_password_is_no_sign_in_with_both_steps(ada: Someone):
    client = browser(ada)
    before = Session.objects.get(person=ada.id)

    with later(minutes=20):
        client.post("/account/password/", {"current": PASSWORD, "chosen": "seven kettles, a moon"})
        answer = client.get("/account/factor/")

    after = Session.objects.get(pk=before.pk)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert (after.signed_in_at, after.ends_at) == (before.signed_in_at, before.ends_at)


def test_a_wrong_password_changes_nothing_and_is_counted(ada: Someone):
    client, phone = browser(ada), browser(ada)

    for _ in range(10):
        client.post("/account/password/", {"current": "x", "chosen": "another good long one"})
    right = client.post(
        "/account/password/", {"current": PASSWORD, "chosen": "another good long sentence"}
    )

    assert right.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert events()[-1] == "password.refused"
    assert is_in(phone)


@pytest.mark.parametrize("chosen", ["short", "password1234", "qwertyuiop12", ""])
def test_a_bad_new_password_is_refused(ada: Someone, chosen: str):
    answer = browser(ada).post("/account/password/", {"current": PASSWORD, "chosen": chosen})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_signed_in_page_costs_the_same_queries_for_one_session_and_many(ada: Someone):
    client = browser(ada)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for _ in range(20):
        browser(ada)
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)

    assert len(few) == len(many)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:149.0) Gecko/20100101 Firefox/149.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 (KHTML) Chrome/149 Safari/537 Edg/149",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/149 Mobile Safari/537", "Chrome on Android"),
        ("curl/8", "Another device"),
        ("<script>alert(1)</script>", "Another device"),
    ],
)
def test_a_device_is_named_in_words_of_ours(agent: str, words: str):
    assert selectors.sessions.device_words(selectors.device_code(agent)) == words
