"""What a stolen cookie must not do alone: each such address asks once more who one is."""

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.conf import settings
from django.test import Client

from portal.accounts import actions, selectors
from portal.accounts.models import Person
from portal.audit.models import Entry
from portal.kernel import clock, door, plugs
from tests.architecture.access import SCENES, Ask, Row, table
from tests.architecture.test_every_route_is_ruled import cookie_of, taken_back
from tests.cast import PASSWORD, Someone
from tests.harness.contents import changed, contents
from tests.world import World

ROWS = [row for row in table().values() if row.fresh]
BY_A_PROOF = {"accounts.Session", "accounts.TotpDevice", "accounts.Person"}
"""What a proof changes: the session, the code that was used, and when open pages look again."""
NEVER_BACK = {"password", "current", "chosen", "code"}

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I5")]


def test_the_table_says_fresh_where_the_plugs_do():
    assert {row.asked for row in ROWS} == {*plugs.fresh_acts()}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.asked)
def test_a_session_that_was_proven_long_ago_is_asked_and_goes_on(row, world):
    for someone in world.cast.people.values():
        if row.cells[someone.key] == "yes":
            with taken_back():
                asked_and_goes_on(row, world, someone)


def asked_and_goes_on(row: Row, world: World, someone: Someone) -> None:
    browser, key = stale_browser(someone)
    ask = SCENES[row.asked](world, someone, someone.start_session())
    before, people = contents(), people_apart_from_looking_again()

    answer = send(browser, row, ask)
    assert "_step_up" in carried(answer), f"{row.asked}: {someone.key} was not asked"
    assert answer.status_code == (403 if row.asked.startswith("GET") else 422)
    assert not changed(before), f"{row.asked}: {changed(before)}"

    wrong = browser.post(where(answer), carried(answer) | proof(someone, wrong=True))
    assert wrong.status_code == 422
    assert cookie_of(browser) == key

    right = browser.post(where(wrong), carried(wrong) | proof(someone))
    assert right.status_code in {200, 302}, f"{row.asked}: {right.status_code}"
    assert cookie_of(browser) not in {"", key}
    assert Entry.objects.filter(event="person.stepped-up").count() == 1
    assert not acted_on(before), f"{row.asked} was carried out by the proof: {acted_on(before)}"
    assert people_apart_from_looking_again() == people, f"{row.asked} was carried out by the proof"
    if row.asked.startswith("POST"):
        gives_back(right, ask)

    done = send(browser, row, ask)
    assert done.status_code == int(row.answer), f"{row.asked}: {done.status_code}"


def gives_back(page: Any, ask: Ask) -> None:
    """The page holds everything that was typed, but for passwords and codes."""
    text = html.unescape(page.content.decode())
    for name, value in ask.fields.items():
        if name in NEVER_BACK:
            assert f'value="{value}"' not in text, f"{name} came back"
        elif f'name="{name}"' in text:
            assert str(value) in text, f"{name} was lost"
        else:
            assert name == "command_id", f"{name} has no field on the page"


def acted_on(before: Any) -> set[str]:
    """The tables that are not as they were, but for what a proof changes."""
    return {*changed(before)} - BY_A_PROOF


def people_apart_from_looking_again() -> list[dict[str, Any]]:
    """Everybody's row, but for what tells open pages to look again."""
    rows = list(Person.objects.order_by("pk").values())
    return [
        {name: value for name, value in row.items() if name not in {"revocation", "revoked_at"}}
        for row in rows
    ]


def stale_browser(someone: Someone) -> tuple[Client, str]:
    """A browser whose holder proved who they are sixteen minutes ago and was here just now."""
    with clock.moved(by=-timedelta(minutes=16)):
        key = someone.start_session()
    standing = selectors.standing_of_key(key)
    session = selectors.find_session(key)
    assert session
    door.run(actions.note_presence, standing.actor, session.pk)
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    return browser, key


def send(browser: Client, row: Row, ask: Ask) -> Any:
    """What the row asks for."""
    if row.asked.startswith("GET"):
        return browser.get(ask.where)
    return browser.post(ask.where, ask.fields)


def proof(someone: Someone, *, wrong: bool = False) -> dict[str, str]:
    """By what somebody shows who they are."""
    if someone.has_app:
        return {"code": "000000" if wrong else someone.code()}
    return {"password": "wrong" if wrong else PASSWORD}


def where(page: Any) -> str:
    """Where the proof goes."""
    forms = re.findall(r'<form class="form card" method="post" action="([^"]+)"', text_of(page))
    return html.unescape(forms[0])


def carried(page: Any) -> dict[str, str]:
    """What the page carries along, hidden."""
    found = re.findall(r'<input type="hidden" name="(_step_up\w*)" value="([^"]*)">', text_of(page))
    return {name: html.unescape(value) for name, value in found}


def text_of(page: Any) -> str:
    """The page as text."""
    return str(page.content.decode())


def test_what_is_typed_for_a_password_is_never_in_the_page(world):
    browser, _key = stale_browser(world.cast.ada)

    page = browser.post("/account/password/", {"current": PASSWORD, "chosen": "seven kettles"})

    assert PASSWORD not in text_of(page)
    assert "kettles" not in text_of(page)
    assert dict(parse_qsl(carried(page)["_step_up_typed"])) == {}
