"""Letters that lead in, pages that were left alone, and what somebody began: for pictures."""

import re
import time
from typing import TYPE_CHECKING

from tests.journeys import steps, waiting
from tests.journeys.house import SOON, House
from tests.journeys.pages import Scene, kept, thread
from tests.journeys.rooms import Act

if TYPE_CHECKING:
    from playwright.sync_api import Page

LINK = re.compile(r"https?://localhost:\d+(/[a-z-]+/[a-z0-9]{40}/)")


def follow(house: House, page: "Page", address: str, kind: str) -> None:
    """The link of this kind in the newest letter to this address is opened, once it is there."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        bodies = [letter.get_body(("plain",)) for letter in house.letters(address)]
        text = "".join(body.get_content() for body in bodies if body)
        if links := [link for link in LINK.findall(text) if link.startswith(kind)]:
            page.goto(links[-1])
            page.get_by_role("heading", level=1).wait_for()
            return
        time.sleep(0.2)
    raise AssertionError("no letter came")


def reset(house: House, page: "Page") -> None:
    """Klara forgot her password and follows the link."""
    address = house.sign_ins["klara"].email
    page.get_by_label("E-mail or sign-in name").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Look at your mail").wait_for()
    follow(house, page, address, "/reset/")


def joining(house: House, page: "Page") -> None:
    """A new colleague follows the link of an invitation."""
    address = "new.colleague@lindenhof.example"
    boss = house.open("petrenko", "/people/invite/")
    boss.get_by_label("Name").fill("Dr Eva Berg")
    boss.get_by_label("E-mail address").fill(address)
    boss.get_by_label("Clinician: sees patients").check()
    boss.get_by_label("They stood before me").check()
    boss.get_by_role("button", name="Send the e-mail").click()
    boss.get_by_text("Invited, not here yet").wait_for()
    follow(house, page, address, "/join/")


def asked_again(house: House, page: "Page") -> None:
    """Ada lets somebody act for her, long after she signed in."""
    page.locator("summary").first.click()
    page.get_by_label("E-mail address").fill("aunt@lindenhof.example")
    waiting.idle(house, "ada", 16)
    page.get_by_role("button", name="Send the e-mail").click()
    page.get_by_role("heading", name="Is it still you?").wait_for()


def left_alone(minutes: float, words: str) -> Act:
    """Nobody touched the thread for so long, and the page says so in these words."""

    def act(house: House, page: "Page") -> None:
        page.clock.install()
        thread(house, page)
        steps.box(page).fill("Half of a sentence")
        waiting.idle(house, "ada", minutes, page)
        page.get_by_text(words).first.wait_for()

    return act


def begun(house: House, page: "Page") -> None:
    """A new message was begun and is kept."""
    page.get_by_label("What is it about?").fill("Not sent yet")
    page.get_by_label("Your message").press_sequentially("It began on Tuesday, after ")
    page.locator("[data-draft-words]").get_by_text("Draft kept").wait_for()


def running_out(house: House, page: "Page") -> None:
    """The time that is kept is nearly free again."""
    page.clock.install()
    kept(house, page)
    page.clock.fast_forward(280_000)
    page.wait_for_timeout(1_200)


DOORS = [
    Scene("reset", "", "/forgot/", reset),
    Scene("join", "", "/", joining),
    Scene("asked-again", "ada", "/patients/proxies/", asked_again),
    Scene("idle-warned", "ada", "/threads/", left_alone(28.5, "you will be signed out at")),
    Scene("idle-locked", "ada", "/threads/", left_alone(31, "You were signed out")),
    Scene("write-begun", "imani", "/threads/write/", begun),
    Scene("book-running-out", "ada", "/visits/book/", running_out),
]
