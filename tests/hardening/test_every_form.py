"""No text makes a form fail, and none comes back as code (E10, E18)."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from portal.kernel.ids import new_id
from tests.architecture.access import SCENES, Row, table
from tests.architecture.test_every_route_is_ruled import browser_of, cookie_of, taken_back
from tests.cast import Cast, Someone
from tests.shared import shared

FORMS = [
    row for row in table().values() if row.asked.startswith("POST") and "yes" in row.cells.values()
]
CODE = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>"
NAUGHTY = (
    CODE,
    "{{ 7|add:7 }}{% debug %}${7*7}",
    "' OR 1=1; DROP TABLE accounts_person; --",
    "\u202eelgnat\u2066 \ufeff\u200b\u0301",
    "../../../../etc/passwd\x7f",
    "=cmd|' /C calc'!A0",
    "9" * 400,
    "-1",
    "NaN",
    "nothing \x00 here",
    "😀" * 50,
)
BUSIEST = ["POST accounts:sign-in", "POST messaging:write", "POST messaging:reply"]
WORDS = {"topic", "body", "username", "password"}


def someone_who_may(row: Row, cast: Cast) -> Someone:
    """The first of the cast to whom this form is open, signed in if anybody is."""
    people = [cast.people[key] for key, cell in row.cells.items() if cell == "yes"]
    return next((someone for someone in people if someone.roles), people[0])


def spoilt(fields: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The fields, with this text in each but what makes the command this one."""
    return {name: value if name == "command_id" else text for name, value in fields.items()}


@pytest.mark.django_db
@pytest.mark.parametrize("row", FORMS, ids=lambda row: row.asked)
def test_no_text_makes_a_form_fail_or_comes_back_as_code(row, world):
    someone = someone_who_may(row, world.cast)
    for text in NAUGHTY:
        with taken_back():
            browser = browser_of(someone)
            ask = SCENES[row.asked](world, someone, cookie_of(browser))
            answer = browser.post(ask.where, spoilt(ask.fields, text), follow=True)

            assert answer.status_code < 500, f"{text!r}: {answer.status_code}"
            page = answer.content.decode(errors="replace")
            assert "<script>alert(1)" not in page
            assert "<img src=x" not in page


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("asked", BUSIEST)
def test_no_naughty_string_makes_the_busiest_forms_fail(asked, world, settings):
    settings.POST_PACE = (100_000, 100_000)
    strings: list[str] = json.loads(shared("badinput/blns.json").read_text(encoding="utf-8"))
    row = table()[asked]
    someone = someone_who_may(row, world.cast)
    browser = browser_of(someone)
    ask = SCENES[asked](world, someone, cookie_of(browser))

    assert len(strings) > 400
    for text in strings[::5]:
        fields = {name: text if name in WORDS else value for name, value in ask.fields.items()}
        if "command_id" in fields:
            fields["command_id"] = new_id()
        assert browser.post(ask.where, fields).status_code < 500, repr(text)
