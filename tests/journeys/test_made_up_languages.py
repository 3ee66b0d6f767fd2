"""The patient's main road in the made-up languages, on a small phone, after scripts ran."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from portal.kernel.catalogues import ACCENTED, MIRRORED
from tests.journeys import steps
from tests.journeys.browsers import Watch, result
from tests.journeys.house import House, clinic
from tests.languages.raw import raw

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

SMALL = (360, 740)
ASKED, ANSWER = "12345", "67890"
WIDE = "[document.documentElement.scrollWidth, innerWidth]"
HEAD = "[document.documentElement.lang, document.documentElement.dir]"
# What the demo calls its teams, hours, kinds of visits and rooms, and what Imani wrote and is.
DATA = (
    "Lindenhof Family Clinic", "Lindenhof, room", "Berlin", "Imani Wanjiku Njoroge", "Imani",
    r"\(she/her\)", "Sonnenallee", "Nursing team", "Prescriptions team", "Front desk",
    r"Monday to Friday, .+", "Short video visit", "Video visit", "Phone call", "Blood test",
    "Check-up at the clinic", "First visit", "Migraine",
    r"Your doctor and nurses: symptoms, results, treatment\.",
    r"Wounds, injections, measuring at home, what to do until your next visit\.",
    r"A new prescription for something that you take already\.",
    r"Letters, certificates, directions, anything that is not medical\.",
    "A new prescription for my migraine tablets", r"Hello, I have two tablets of .+",
)  # fmt: skip
THEIRS = ".msg:not(.mine) .text"
LATIN = "input:is([type=email], [type=password], [inputmode=numeric], [autocomplete=username])"


@pytest.fixture(scope="module")
def abroad(chromium: "Browser", watch: Watch) -> Iterator[House]:
    """The demo clinic, in which the made-up languages are spoken."""
    with clinic(chromium, watch, PORTAL_MADE_UP_LANGUAGES="yes") as house:
        yield house


def road(house: House, page: "Page") -> Iterator[str]:
    """Imani on her way: each stop by its name, when its page stands."""
    yield "today"
    yield from writing(house, page)
    yield from booking(page)
    page.locator('main a[href^="/patients/"]').first.click()
    page.locator("main h1").wait_for()
    yield "record"
    page.goto("/")
    page.locator('main a[href$="/who-looked/"]').first.click()
    page.locator("main h1").wait_for()
    yield "who looked"
    for name in ("sessions", "password", "address", "factor", "recovery-codes"):
        page.goto(f"/account/{name}/")
        yield name
    page.goto("/patients/proxies/")
    yield "proxies"


def writing(house: House, page: "Page") -> Iterator[str]:
    """She writes, too little first, and is answered while the page is open."""
    page.goto("/threads/write/")
    page.locator("button.main").first.click()
    page.locator("[data-problem]").wait_for()
    yield "write, refused"
    page.locator("#id_topic").fill(ASKED)
    page.locator("#id_body").fill(ASKED)
    page.locator("main form button.main").click()
    steps.line(page, ASKED).wait_for()
    steps.connection(page, steps.LIVE).wait_for()
    desk = house.open("okafor", page.url)
    steps.connection(desk, steps.LIVE).wait_for()
    steps.send(desk, ANSWER)
    steps.line(page, ANSWER).wait_for()
    yield "thread"
    for name, path in (("messages", "/threads/"), ("no messages", "/threads/?show=closed")):
        page.goto(path)
        yield name


def booking(page: "Page") -> Iterator[str]:
    """She books the first good time, and is back on the first page."""
    page.goto("/visits/")
    yield "visits"
    page.goto("/visits/book/")
    yield "kind of visit"
    page.locator('main a[href*="mode=video"]').first.click()
    page.locator("button.slot").first.wait_for()
    yield "times"
    page.locator("button.slot").first.click()
    page.locator("#id_reason").wait_for()
    yield "look once more"
    page.locator("main form button.main").first.click()
    page.locator('a[href$=".ics"]').first.wait_for()
    yield "booked"
    for name, path in (("clock", "/visits/zone/"), ("today, with a visit", "/")):
        page.goto(path)
        yield name


def stranger(page: "Page") -> Iterator[str]:
    """Whoever has not signed in."""
    for name, path in (("welcome", "/"), ("sign in", "/sign-in/"), ("forgotten", "/forgot/")):
        page.goto(path)
        yield name


@pytest.mark.feature("X3")
def test_no_word_is_raw_once_scripts_ran(abroad: House):
    for name, page in walk(abroad, "en-XA"):
        assert result(page, HEAD) == [ACCENTED, "ltr"], name
        assert fits(page), name
        people = [each.name for each in abroad.sign_ins.values()]
        assert raw(page.content(), (*DATA, *people)) == [], name


@pytest.mark.feature("X3")
def test_the_road_from_right_to_left(abroad: House):
    for name, page in walk(abroad, "ar-XB"):
        assert result(page, HEAD) == [MIRRORED, "rtl"], name
        assert fits(page), name
        for each in page.locator(LATIN).all():
            assert each.get_attribute("dir") == "ltr", name
        if name == "thread":
            mine, theirs = (page.locator(side).last for side in (".msg.mine .text", THEIRS))
            assert middle(mine) < SMALL[0] / 2 < middle(theirs)


def walk(house: House, locale: str) -> Iterator[tuple[str, "Page"]]:
    """Each stop of a stranger and of Imani, in this language, with its page."""
    for who in ("imani", "okafor"):
        house.open(who)
    page = house.device(size=SMALL, locale=locale)
    yield from ((name, page) for name in stranger(page))
    page = house.open("imani", "/", size=SMALL, locale=locale)
    yield from ((name, page) for name in road(house, page))
    house.close()


def fits(page: "Page") -> bool:
    """Nothing reaches beyond the edge."""
    wide, window = result(page, WIDE)
    return bool(wide <= window)


def middle(place: "Locator") -> float:
    """How far from the left edge its middle is."""
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2
