"""Django's session engine over our own table, and what is kept there."""

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts import actions, selectors
from portal.accounts.models import Session, Throttle
from portal.accounts.sessions import SessionStore
from portal.accounts.tasks import sweep
from portal.kernel import door
from tests.portal.accounts.conftest import WORK, Someone, browser, key_of, later

pytestmark = [pytest.mark.feature("I7", "I8"), pytest.mark.usefixtures("noon")]
PAGE = "/account/sessions/"


def session_of(client: Client) -> Session:
    found = selectors.find_session(key_of(client))
    assert found
    return found


def test_a_session_opened_with_the_old_password_is_no_more(ada: Someone):
    """The belt to the braces: the hash in the session no longer fits."""
    client = browser(ada)
    store = SessionStore(key_of(client))
    store["_auth_user_hash"] = "of another password"
    store.save()

    assert client.get(PAGE)["Location"].startswith("/sign-in/?reason=ended")


def test_the_table_holds_no_cookie(ada: Someone):
    client = browser(ada)

    row = Session.objects.values().get()

    assert key_of(client) not in repr(row)
    assert key_of(client).encode() not in bytes(row["key_digest"])


def test_a_stranger_without_a_cookie_costs_no_query(db: None):
    with CaptureQueriesContext(connection) as captured:
        Client().get("/sign-in/")
        Client().get("/healthz")

    assert len(captured) == 0


def test_the_engine_keeps_what_django_puts_into_a_session(db: None):
    store = SessionStore()
    store["x"] = {"y": 1}
    store.save()
    key = str(store.session_key)

    again = SessionStore(key)
    assert again["x"] == {"y": 1}
    again["x"] = 2
    again.save()
    again.cycle_key()

    assert SessionStore(key).get("x") is None
    assert SessionStore(again.session_key)["x"] == 2
    assert again.exists(str(again.session_key))
    again.flush()
    assert Session.objects.count() == 0


def test_saving_what_did_not_change_writes_nothing(ada: Someone):
    store = SessionStore(key_of(browser(ada)))
    store.keys()

    with CaptureQueriesContext(connection) as captured:
        store.save()

    assert len(captured) == 0


def test_a_session_that_was_ended_takes_nothing_in(ada: Someone):
    client = browser(ada)
    store = SessionStore(key_of(client))
    store["x"] = 1
    door.run(actions.end_lapsed_session, WORK, session_of(client).pk, why="limit")

    with pytest.raises(UpdateError):
        store.save()


def test_a_made_up_cookie_becomes_no_session(db: None):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "z" * 40

    client.get("/")

    assert key_of(client) == ""
    assert Session.objects.count() == 0


def test_the_sweep_takes_what_matters_no_more(ada: Someone):
    browser(ada)
    Client().post("/sign-in/", {"username": "x@example.org", "password": "x"})
    with later(days=29):
        sweep()
    assert Session.objects.count() == 1

    with later(days=31):
        sweep()

    assert (Session.objects.count(), Throttle.objects.count()) == (0, 0)
