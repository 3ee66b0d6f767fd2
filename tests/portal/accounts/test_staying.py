"""How long somebody stays signed in, what makes it longer, and that it is said before."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from portal.accounts import selectors
from portal.kernel import clock
from tests.portal.accounts.conftest import Someone, browser, key_of, later

pytestmark = [pytest.mark.feature("I6"), pytest.mark.usefixtures("noon")]
STAY, PAGE = "/stay/", "/account/sessions/"


def told(answer: Any) -> tuple[int, bool]:
    """For how many minutes, and whether that is the limit."""
    assert answer.status_code == HTTPStatus.OK
    return answer.json()["seconds"] // 60, answer.json()["limit"]


def test_asking_how_long_makes_it_no_longer_and_saying_so_does(cara: Someone):
    client = browser(cara)
    with later(minutes=10):
        assert told(client.get(STAY)) == (5, False)
    with later(minutes=13):
        assert told(client.get(STAY)) == (2, False)
        assert told(client.post(STAY)) == (15, False)
    with later(minutes=20):
        assert told(client.get(STAY)) == (8, False)
    with later(minutes=28, seconds=1):
        assert client.get(STAY)["Location"].startswith("/sign-in/")


def test_a_page_says_until_when_it_is_valid(ada: Someone):
    client = browser(ada)
    with later(minutes=10):
        page = client.get(PAGE)

    # Noon in UTC is seven in New York, where Ada lives.
    assert page.context["stays_seconds"] == 30 * 60
    assert b"you are signed out at 07:40" in page.content


def test_at_the_end_of_the_day_nothing_makes_it_longer(ada: Someone):
    client = browser(ada)
    for minutes in range(0, 12 * 60 - 9, 25):
        with later(minutes=minutes):
            client.get(PAGE)
    with later(minutes=12 * 60 - 10):
        assert told(client.post(STAY)) == (10, True)


def test_a_stranger_is_told_nothing(db: None):
    assert Client().get(STAY)["Location"].startswith("/sign-in/")
    page = Client().get("/sign-in/")
    assert "stays_until" not in page.context
    assert b"stay signed in" not in page.content


def test_the_end_that_is_told_is_the_end_that_counts(ada: Someone):
    client = browser(ada)
    standing = selectors.standing_of_key(key_of(client))
    assert standing.stays_until
    until = standing.stays_until

    with later(minutes=30):
        assert clock.now() == until
        assert client.get(PAGE)["Location"].startswith("/sign-in/?reason=idle")
