"""Letters lead in: a colleague by invitation, a patient past a forgotten password."""

import re
import time
from base64 import b32decode
from typing import TYPE_CHECKING

import pytest
from django_otp.oath import totp

from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
CHOSEN = "seven kettles on the moon"


def letter_to(house: House, address: str, words: str) -> str:
    """The newest letter to this address with these words, once it is there: its link."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for path in sorted((house.portal.folder / "outbox").glob("*.eml"), reverse=True):
            text = path.read_text()
            if f"To: {address}" in text and words in text:
                found = re.search(r"http://localhost:\d+(/[a-z-]+/[a-z0-9]{40}/)", text)
                assert found
                return found[1]
        time.sleep(0.2)
    raise AssertionError(f"no letter to {address}")


@pytest.mark.feature("I2", "I10")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_colleague_comes_in_by_a_letter(house: House, scripts: bool):
    address = f"eva-{'with' if scripts else 'without'}@lindenhof.example"
    boss = house.open("petrenko", "/people/invite/", scripts=scripts)
    boss.get_by_label("Name").fill("Dr Eva Berg")
    boss.get_by_label("E-mail address").fill(address)
    boss.get_by_label("Clinician: sees patients").check()
    boss.get_by_label("They stood before me").check()
    boss.get_by_role("button", name="Send the e-mail").click()
    boss.get_by_text("Invited, not here yet").wait_for()

    page = house.device(scripts=scripts)
    page.goto(letter_to(house, address, "/join/"))
    page.get_by_label("Choose a password").fill(CHOSEN)
    page.get_by_role("button", name="Open my account").click()
    set_up_factor(page)

    page.get_by_role("heading", name="Keep these codes").wait_for()
    boss.goto("/people/")
    assert boss.locator("main a.line", has_text=address).count() == 1


def set_up_factor(page: "Page") -> None:
    """The key on the page is typed into an app, and the app's code into the page."""
    key = page.locator(".secret").first.inner_text().replace(" ", "")
    page.get_by_label("Six-digit code").fill(f"{totp(b32decode(key)):06d}")
    page.get_by_role("button", name="Finish").click()


@pytest.mark.feature("I12")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_forgotten_password_is_chosen_anew_and_the_second_step_stays(house: House, scripts: bool):
    who = house.sign_ins["klara"]
    page = house.device(scripts=scripts)
    page.goto("/sign-in/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail or sign-in name").fill(who.email)
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_role("heading", name="Look at your mail").wait_for()
    before = page.url

    page.goto(letter_to(house, who.email, "/reset/"))
    # The same one again: the house is shared, and its file of sign-ins stays true.
    page.get_by_label("Your new password").fill(who.password)
    page.get_by_role("button", name="Change it").click()
    page.get_by_text("Your password is changed.").wait_for()
    page.get_by_label("E-mail or sign-in name").fill(who.email)
    page.get_by_label("Password", exact=True).fill(who.password)
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_label("Six-digit code").wait_for()
    assert before.endswith("?sent=1")
    house.forget("klara")
