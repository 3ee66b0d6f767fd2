"""A form from before a new sign-in in another tab comes back filled, one from elsewhere not."""

from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from messaging.models import Message
from portal.accounts import actions
from portal.accounts.models import HeldForm
from portal.kernel.errors import Unavailable
from tests.cast import PASSWORD, Someone
from tests.harness.canary import spoken
from tests.messaging.forms import at, fields_of
from tests.messaging.late import box, lapse

pytestmark = pytest.mark.feature("I6", "M6")
TOKEN = 'name="csrfmiddlewaretoken" value="'
OURS = {"origin": "http://testserver", "sec-fetch-mode": "navigate"}


def strict(someone: Someone) -> Client:
    """A browser of theirs, whose forms are checked as a real one's are."""
    page = Client(enforce_csrf_checks=True)
    page.cookies[settings.SESSION_COOKIE_NAME] = someone.start_session()
    return page


def sign_in_by_form(page: Client, someone: Someone) -> Any:
    """Signed in on the page for it, in another tab."""
    token = token_of(page.get("/sign-in/"))
    given = {"username": someone.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    return page.post("/sign-in/", given)


def token_of(answer: Any) -> str:
    """What a form of this page proves with that it is of it."""
    return str(answer.content.decode().partition(TOKEN)[2].partition('"')[0])


def stale(page: Client, someone: Someone, thread: Any, text: str) -> dict[str, Any]:
    """A reply on a page that was shown before the session lapsed, and what it is sent with."""
    shown = page.get(at(thread))
    given = fields_of(shown, at(thread, "reply")) | {"body": text}
    given["csrfmiddlewaretoken"] = token_of(shown)
    lapse(someone)
    assert page.get("/").status_code == HTTPStatus.OK
    return given


def test_a_form_from_before_signing_in_again_in_another_tab_comes_back(thread, ada):
    page, text = strict(ada), spoken("From the other tab")
    given = stale(page, ada, thread, text)
    assert sign_in_by_form(page, ada).status_code in {302, 303}

    answer = page.post(at(thread, "reply"), given, headers=OURS)

    assert (answer.status_code, answer["Location"]) == (303, at(thread))
    shown = page.get(at(thread))
    assert text in box(shown)
    assert Message.objects.count() == 1
    fields = fields_of(shown, at(thread, "reply")) | {"body": text}
    fields["csrfmiddlewaretoken"] = token_of(shown)
    assert page.post(at(thread, "reply"), fields, headers=OURS).status_code == 303
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    "headers",
    [
        {},
        OURS | {"origin": "https://evil.example"},
        OURS | {"origin": "null"},
        {"sec-fetch-mode": "navigate"},
        OURS | {"sec-fetch-mode": "cors"},
    ],
)
def test_a_form_that_may_come_from_elsewhere_does_not(thread, ada, headers):
    page = strict(ada)
    given = stale(page, ada, thread, spoken("Not ours"))
    sign_in_by_form(page, ada)

    answer = page.post(at(thread, "reply"), given, headers=headers)

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert not HeldForm.objects.exists()


def test_an_older_form_of_somebody_else_is_never_given_to_who_signed_in(thread, ada, cara):
    page = strict(ada)
    given = stale(page, ada, thread, spoken("Between us"))
    page.cookies[settings.SESSION_COOKIE_NAME] = cara.start_session()
    page.cookies["csrf"] = page.get("/sign-in/").cookies["csrf"]

    stale_token = given | {"csrfmiddlewaretoken": "x" * 64}
    answer = page.post(at(thread, "reply"), stale_token, headers=OURS)

    # Whose words these are, nobody can tell: the page says to go back, and nothing is kept.
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert not HeldForm.objects.exists()
    assert spoken("Between us") not in page.get(at(thread)).content.decode()
    assert not HeldForm.objects.exists()


def test_a_script_that_fetches_the_page_takes_nothing_away(thread, ada):
    page, text = strict(ada), spoken("For a reader, not for a script")
    given = stale(page, ada, thread, text)
    sign_in_by_form(page, ada)
    page.post(at(thread, "reply"), given, headers=OURS)

    page.get(at(thread), headers={"sec-fetch-mode": "cors"})

    assert text in box(page.get(at(thread)))


@pytest.mark.parametrize("error", [OperationalError("database is locked"), Unavailable()])
def test_while_the_database_is_away_the_page_says_to_go_back(thread, ada, monkeypatch, error):
    def away(*given, **words):
        raise error

    page = strict(ada)
    given = stale(page, ada, thread, spoken("Busy"))
    sign_in_by_form(page, ada)
    monkeypatch.setattr(actions, "hold_form", away)

    answer = page.post(at(thread, "reply"), given, headers=OURS)

    assert answer.status_code == HTTPStatus.FORBIDDEN
