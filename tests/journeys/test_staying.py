"""Whoever forgets a page, or is asked once more who they are, loses nothing that they typed."""

import pytest

from tests.journeys import steps, waiting
from tests.journeys.house import House

BAR, COVER = ".stay", "[data-locked]"
LETTER = "A long letter, half written, about nights without sleep"


@pytest.mark.feature("I6")
def test_a_forgotten_page_warns_then_hides_then_opens_as_it_was(house: House):
    page = house.device()
    house.sign_in(page, "imani")
    path = steps.write(page, "My nights", "I sleep badly")
    page.clock.install()
    page.reload()
    steps.connection(page, steps.LIVE).wait_for()
    steps.box(page).fill(LETTER)

    waiting.idle(house, "imani", 28.5, page)
    page.locator(BAR).get_by_text("you will be signed out at").wait_for()
    page.get_by_role("button", name="Stay signed in").click()
    page.locator(BAR).wait_for(state="hidden")

    waiting.idle(house, "imani", 31, page)
    page.get_by_role("heading", name="You were signed out").wait_for()
    assert "igned out" in page.title()
    assert "I sleep badly" not in page.locator("body").inner_text()
    with page.expect_popup() as opened:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    house.sign_in(opened.value, "imani")
    page.bring_to_front()

    page.get_by_role("heading", name="My nights").wait_for()
    assert steps.box(page).input_value() == LETTER
    steps.connection(page, steps.LIVE).wait_for()
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator("#messages").get_by_text(LETTER).wait_for()
    page.locator("[data-pending]").wait_for(state="hidden")
    # Somebody else would have seen it there: it was sent, not only shown.
    again = house.device(storage_state=page.context.storage_state())
    again.goto(path)
    assert LETTER in [text for _, _, text in steps.transcript(again)]


@pytest.mark.feature("I5", "M6")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_who_is_asked_once_more_gets_the_form_back_and_nothing_was_done(
    house: House, scripts: bool
):
    page = house.device(scripts=scripts, size=(360, 740))
    house.sign_in(page, "ada")
    page.goto("/patients/proxies/")
    page.locator("summary").first.click()
    page.get_by_label("E-mail address").fill("aunt@lindenhof.example")
    waiting.idle(house, "ada", 16)

    page.get_by_role("button", name="Send the e-mail").click()
    page.get_by_role("heading", name="Is it still you?").wait_for()
    page.get_by_label("Six-digit code").fill("000000")
    page.get_by_role("button", name="It is me").click()
    page.get_by_text("This code is not right").first.wait_for()
    page.get_by_label("Six-digit code").fill(house.code("ada"))
    page.get_by_role("button", name="It is me").click()

    page.get_by_text("Nothing has been done yet").wait_for()
    assert page.get_by_label("E-mail address").input_value() == "aunt@lindenhof.example"
    assert page.get_by_text("aunt@lindenhof.example", exact=True).count() == 0


@pytest.mark.feature("I6", "M6")
def test_a_form_from_before_signing_in_again_in_another_tab_comes_back_filled(house: House):
    page = house.device(scripts=False, size=(360, 740))
    house.sign_in(page, "imani")
    path = steps.write(page, "From two tabs", "I sleep badly")
    steps.box(page).fill(LETTER)
    waiting.idle(house, "imani", 31)
    other = page.context.new_page()
    other.goto("/")
    house.sign_in(other, "imani")

    page.get_by_role("button", name="Send", exact=True).click()

    page.get_by_text("Nothing of it has been sent").wait_for()
    assert steps.box(page).input_value() == LETTER
    other.goto(path)
    assert LETTER not in [text for _, _, text in steps.transcript(other)]
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator("#messages").get_by_text(LETTER).wait_for()
