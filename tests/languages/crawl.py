"""Who reads the accented language, in a clinic where nobody writes a word that is unknown."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist
from django.test import Client

from portal.kernel.catalogues import ACCENTED
from portal.kernel.errors import Refusal
from tests.architecture.access import SCENES, table
from tests.architecture.test_every_route_is_ruled import browser_of, cookie_of
from tests.cast import Someone
from tests.hardening.test_every_form import someone_who_may
from tests.languages.raw import raw, raw_file
from tests.world import World

ROWS = [row for row in table().values() if row.asked.startswith(("GET", "POST"))]
GETS = [row for row in ROWS if row.asked.startswith("GET")]
FORMS = [
    row
    for row in ROWS
    if row.asked.startswith("POST")
    and "yes" in row.cells.values()
    # Its very purpose is another language.
    and row.asked != "POST accounts:language"
]
TAKING = ("leave", "end-", "close-person", "sign-out")
"""Acts after which somebody sees less than before: they come last."""


class Quiet(World):
    """Scenes whose people write a number, and one word that is known."""

    def words(self, text: str) -> str:
        """The number."""
        return super().words("")


def refusals(base: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal of the portal; tests have some of their own."""
    if not base.__module__.startswith("tests."):
        yield base
    for each in base.__subclasses__():
        yield from refusals(each)


# What the scenes call the clinic, its teams, its kinds of visits and themselves, what charts hold,
# and the code that somebody on the telephone reads out.
DATA = (
    "Lindenhof Family Clinic", "Berlin", "Front desk", "Questions for the front desk", "Letters",
    "Nursing team", "Video visit", "Follow-up", "Blood pressure", "Zoe Zimt", "Rosa",
    "Someone", "Street", "parent", "Home", "Mine", "It got worse",
    *{each.code for each in refusals()},
)  # fmt: skip


def accented(someone: Someone) -> Client:
    """A browser of theirs that asks for the accented language."""
    browser = browser_of(someone)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = ACCENTED
    return browser


def said(answer: Any) -> list[str]:
    """What an answer says that is raw."""
    match answer.get("Content-Type", "").partition(";")[0]:
        case "text/html":
            return raw(answer.content.decode(), DATA)
        case "text/calendar":
            return raw_file(answer.content, DATA)
    return []


def seen(someone: Someone, *addresses: str) -> set[str]:
    """What these pages say to this person that is raw, and where."""
    browser, found = accented(someone), set[str]()
    for address in addresses:
        answer = browser.get(address, follow=True)
        found |= {f"{someone.key} at {address}: {each}" for each in said(answer)}
    return found


def live_a_day(world: World) -> None:
    """Each form was sent by somebody who may, if what came before still lets them."""
    for row in sorted(FORMS, key=lambda row: any(word in row.asked for word in TAKING)):
        someone = someone_who_may(row, world.cast)
        browser = accented(someone)
        # A scene may find the clinic otherwise than it expects after what came before.
        with suppress(Refusal, ValueError, MultipleObjectsReturned, ObjectDoesNotExist):
            ask = SCENES[row.asked](world, someone, cookie_of(browser))
            browser.post(ask.where, dict(ask.fields))
