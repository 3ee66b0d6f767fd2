"""Booking: two patients and one time, a phone in another zone, the keyboard alone, no scripts."""

from typing import TYPE_CHECKING

import pytest

from tests.journeys.browsers import DESK, PHONE
from tests.journeys.house import House
from tests.journeys.test_keyboard import tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Page


def to_times(page: "Page", mode: str = "phone") -> None:
    """From the list of visits to the times of the first kind that is held in this way."""
    page.goto("/visits/book/")
    mine = page.get_by_role("link", name="For me", exact=True)
    if mine.count():
        mine.click()
    page.locator(f'main a[href*="mode={mode}"]').first.click()
    page.get_by_role("heading", name="Good times").wait_for()


def to_last_day(page: "Page") -> None:
    """The last day of the month that has times, so that no other journey is in the way."""
    page.locator(".month a").last.click()
    page.locator("#day button.slot").first.wait_for()


@pytest.mark.feature("S4", "S5", "S7")
def test_two_patients_and_one_time(house: House):
    fast = house.open("ada", size=DESK)
    slow = house.open("imani", size=PHONE, timezone_id="Europe/London")
    to_times(slow)
    slow.get_by_role("button", name="Show times there").click()
    slow.get_by_text("Times are shown in London time.").wait_for()
    to_last_day(slow)
    button = slow.locator("#day button.slot").first
    assert "at the clinic" in button.inner_text()
    to_times(fast)
    to_last_day(fast)
    wanted = button.get_attribute("value")
    fast.locator(f'#day button.slot[value="{wanted}"]').click()
    fast.get_by_text("Kept for you for another").wait_for()

    button.click()

    slow.get_by_role("heading", name="This time has just gone").wait_for()
    slow.get_by_role("heading", name="Close to the time you wanted").wait_for()
    slow.locator("button.slot").first.click()
    slow.get_by_label("What is it about?").fill("My knee")
    slow.get_by_role("button", name="Book this visit").click()
    slow.get_by_role("heading", name="You are booked").wait_for()
    assert slow.get_by_text("at the clinic").first.is_visible()
    fast.get_by_role("button", name="Book this visit").click()
    fast.get_by_role("heading", name="You are booked").wait_for()


@pytest.mark.feature("S4", "S5", "X4")
def test_a_visit_is_booked_by_keyboard_alone(house: House):
    page = house.open("ada")

    tab_to(page, 'main a[href="/visits/book/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/visits/book/")
    tab_to(page, "a.choice")
    page.keyboard.press("Enter")
    page.wait_for_url("**patient=*")
    tab_to(page, 'a[href*="mode=phone"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**mode=phone*")
    tab_to(page, "button.slot")
    page.keyboard.press("Enter")
    page.wait_for_url("**/booking/")
    tab_to(page, "#id_reason")
    page.keyboard.type("By hand")
    tab_to(page, 'form[action$="/book/"] button')
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="You are booked").wait_for()


@pytest.mark.feature("S5", "S7", "S12", "M6")
def test_a_patient_books_moves_and_cancels_by_plain_forms(house: House):
    page = house.open("imani", scripts=False, size=PHONE)
    to_times(page)
    to_last_day(page)

    page.locator("#day button.slot").last.click()
    page.get_by_text("It is not booked yet.").wait_for()
    page.get_by_role("button", name="Book this visit").click()
    page.get_by_role("heading", name="You are booked").wait_for()
    where = page.url.split("?")[0]
    with page.expect_download() as caught:
        page.get_by_role("link", name="Add to my calendar").click()
    assert caught.value.suggested_filename == "appointment.ics"
    page.get_by_role("link", name="Move").first.click()
    to_last_day(page)
    page.locator("#day button.slot").first.click()
    page.get_by_text("The visit has moved.").wait_for()
    page.goto(where)
    page.get_by_role("link", name="Cancel").first.click()
    page.get_by_role("button", name="Cancel the visit").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("I cannot come").check()
    page.get_by_role("button", name="Cancel the visit").click()

    page.get_by_role("heading", name="This visit was cancelled").wait_for()


@pytest.mark.feature("S13")
def test_the_front_desk_books_for_a_patient_and_sees_it_on_the_day(house: House):
    page = house.open("becker", "/calendar/")
    page.get_by_role("link", name="Book for a patient").click()
    page.get_by_label("Name of the patient").fill("Imani")
    page.get_by_role("button", name="Find").click()
    page.locator('main a[href*="patient="]').first.click()
    page.locator('main a[href*="mode=phone"]').first.click()
    to_last_day(page)
    page.locator("#day button.slot").nth(2).click()
    page.get_by_role("button", name="Book this visit").click()
    page.get_by_role("heading", name="Booked", exact=True).wait_for()
    day = page.locator("main time").first.get_attribute("datetime") or ""

    page.goto(f"/calendar/?date={day[:10]}")

    page.locator(".sheet-visit").get_by_role("link", name="Imani").first.wait_for()
