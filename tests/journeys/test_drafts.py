"""Begun on one device, found on another: closed, left, idled out, offline, and with scripts off."""

from typing import TYPE_CHECKING

import pytest

from tests.journeys import steps
from tests.journeys.browsers import PHONE, fits
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.feature("M10")


def kept(page: "Page") -> "Locator":
    """The quiet word that it is kept, once that is true of all that stands in the form."""
    return page.locator("form[data-safe] [data-draft-words]").get_by_text("Draft kept")


def test_what_is_typed_on_a_phone_is_found_on_another_device_and_sent_from_there(house: House):
    phone = house.open("imani", size=PHONE)
    where = steps.write(phone, "On the way", "The first line")
    steps.box(phone).press_sequentially("I also have a fever")
    kept(phone).wait_for()
    assert fits(phone)
    assert phone.get_by_role("button", name="Keep as draft").is_hidden()
    phone.close()

    page = house.open("imani", "/threads/")
    page.locator("li", has_text="On the way").get_by_text("Draft", exact=True).wait_for()
    page.goto(where)
    assert steps.box(page).input_value() == "I also have a fever"
    page.get_by_role("button", name="Send", exact=True).click()
    steps.line(page, "I also have a fever").wait_for()

    page.reload()
    assert steps.box(page).input_value() == ""
    assert [text for _, _, text in steps.transcript(page)] == [
        "The first line", "I also have a fever",
    ]  # fmt: skip


def test_who_leaves_before_typing_stopped_loses_nothing_and_is_asked_nothing(house: House):
    page = house.open("imani", size=PHONE)
    where = steps.write(page, "Left at once", "The first line")
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    with page.expect_response("**/draft/"):
        steps.box(page).fill("In the middle of a sent")
        page.get_by_role("link", name="Messages").first.click()
        page.get_by_role("heading", level=1, name="Messages").wait_for()

    assert not asked
    page.goto(where)
    assert steps.box(page).input_value() == "In the middle of a sent"


def test_a_new_message_is_found_again_with_its_topic(house: House):
    phone = house.open("imani", "/threads/write/", size=PHONE)
    phone.get_by_label("What is it about?").fill("Not sent yet")
    phone.get_by_label("Your message").press_sequentially("It hurts")
    kept(phone).wait_for()
    phone.close()

    page = house.open("imani", "/threads/")
    page.get_by_role("link", name="Go on with the message that you began").click()
    assert page.get_by_label("What is it about?").input_value() == "Not sent yet"
    assert page.get_by_label("Your message").input_value() == "It hurts"
    page.get_by_role("button", name="Throw the draft away").click()
    page.get_by_text("The draft was thrown away.").first.wait_for()

    page.goto("/threads/")
    assert page.get_by_role("link", name="Go on with the message").count() == 0


def test_two_devices_at_once_both_texts_are_shown_and_either_can_go_on(house: House):
    phone, computer = house.open("imani", size=PHONE), house.open("imani")
    where = steps.write(phone, "Two at once", "The first line")
    computer.goto(where)
    steps.box(phone).fill("From the phone")
    kept(phone).wait_for()

    steps.box(computer).fill("From the computer")
    choice = computer.locator("[data-other]")
    choice.get_by_text("From the phone").wait_for()
    assert steps.box(computer).input_value() == "From the computer"
    choice.get_by_role("button", name="Use this one").click()
    assert steps.box(computer).input_value() == "From the phone"
    choice.get_by_text("From the computer").wait_for()
    choice.get_by_role("button", name="Use this one").click()
    assert steps.box(computer).input_value() == "From the computer"
    choice.get_by_role("button", name="Keep what is in the box").click()
    kept(computer).wait_for()

    phone.reload()
    assert steps.box(phone).input_value() == "From the computer"


@pytest.mark.feature("I6")
def test_who_was_signed_out_meanwhile_finds_the_text_after_signing_in(house: House):
    page = house.open("imani", size=PHONE)
    where = steps.write(page, "Idled out", "The first line")
    steps.box(page).press_sequentially("Half of it")
    kept(page).wait_for()
    page.context.clear_cookies()

    page.goto(where)
    page.get_by_role("heading", name="Sign in").wait_for()
    again = house.open("imani", where)
    assert steps.box(again).input_value() == "Half of it"


def test_without_a_connection_the_page_says_so_and_keeps_it_later(house: House):
    page = house.open("imani", size=PHONE)
    where = steps.write(page, "No line", "The first line")
    page.route("**/draft/", lambda route: route.abort())
    steps.box(page).fill("Typed in a tunnel")
    page.get_by_text("Not kept yet.").first.wait_for()

    page.unroute("**/draft/")
    steps.box(page).press_sequentially("!")
    kept(page).wait_for()
    assert steps.box(house.open("imani", where)).input_value() == "Typed in a tunnel!"


def test_sending_at_once_leaves_no_draft(house: House):
    page = house.open("imani")
    where = steps.write(page, "Sent at once", "The first line")
    steps.box(page).press_sequentially("Quick")
    kept(page).wait_for()
    steps.box(page).press_sequentially(", and sent")
    page.get_by_role("button", name="Send", exact=True).click()
    steps.line(page, "Quick, and sent").wait_for()
    page.wait_for_timeout(1500)

    assert steps.box(house.open("imani", where)).input_value() == ""


@pytest.mark.feature("M6")
def test_with_scripts_off_a_button_keeps_it(house: House):
    phone = house.open("imani", scripts=False, size=PHONE)
    where = steps.write(phone, "Plain draft", "The first line")
    assert phone.get_by_role("button", name="Throw the draft away").is_hidden()
    steps.box(phone).fill("By hand")
    phone.get_by_role("button", name="Keep as draft").click()
    phone.get_by_text("Draft kept.").first.wait_for()
    assert fits(phone)

    page = house.open("imani", where, scripts=False)
    assert steps.box(page).input_value() == "By hand"
    page.get_by_role("button", name="Throw the draft away").click()
    page.get_by_text("The draft was thrown away.").first.wait_for()
    assert steps.box(page).input_value() == ""
