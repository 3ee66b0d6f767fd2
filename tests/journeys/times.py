"""Every state of booking, and of looking somebody up: for pictures."""

from typing import TYPE_CHECKING

from tests.journeys.house import House
from tests.journeys.pages import Scene, kept, kinds, times

if TYPE_CHECKING:
    from playwright.sync_api import Page


def booked(house: House, page: "Page") -> None:
    """A visit is booked."""
    times(house, page)
    page.locator(".month a").last.click()
    page.locator("#day button.slot").last.click()
    page.get_by_role("button", name="Book this visit").click()
    page.get_by_role("heading", name="You are booked").wait_for()


def moving(house: House, page: "Page") -> None:
    """Another time for the visit."""
    booked(house, page)
    page.get_by_role("link", name="Move").first.click()
    page.locator("button.slot").first.wait_for()


def cancelled(house: House, page: "Page") -> None:
    """The visit is off."""
    booked(house, page)
    page.get_by_role("link", name="Cancel").first.click()
    page.get_by_label("I cannot come").check()
    page.get_by_role("button", name="Cancel the visit").click()
    page.get_by_role("heading", name="This visit was cancelled").wait_for()


def taken(house: House, page: "Page") -> None:
    """Somebody was faster."""
    times(house, page)
    slot = page.locator("button.slot").first
    value = slot.get_attribute("value")
    other = house.open("imani", "/visits/book/")
    if other.get_by_role("link", name="For me", exact=True).count():
        other.get_by_role("link", name="For me", exact=True).click()
    other.locator('main a[href*="mode=video"]').first.click()
    other.locator(f'button.slot[value="{value}"]').first.click()
    other.get_by_role("heading", name="Look once more").wait_for()
    slot.click()
    page.get_by_role("heading", name="This time has just gone").wait_for()
    other.get_by_role("button", name="Choose another time").click()


def lost_time(house: House, page: "Page") -> None:
    """The time was given back on another tab."""
    kept(house, page)
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Choose another time").click()
    page.reload()


def desk_books(house: House, page: "Page") -> None:
    """The front desk looked somebody up to book for them."""
    page.get_by_label("Name of the patient").fill("Imani")
    page.get_by_role("button", name="Find").click()
    page.locator('main a[href*="patient="]').first.wait_for()


def unfound(house: House, page: "Page") -> None:
    """Nobody has this name."""
    page.get_by_label("Name or record number").fill("Nobody-Such")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("heading", level=2).first.wait_for()


def person(house: House, page: "Page") -> None:
    """The page of a colleague."""
    page.locator("main a.line").first.click()
    page.get_by_role("heading", level=1).wait_for()


TIMES = [
    Scene("book-kind-own", "imani", "/visits/book/"),
    Scene("booked", "ada", "/visits/book/", booked),
    Scene("book-taken", "ada", "/visits/book/", taken),
    Scene("book-time-lost", "ada", "/visits/book/", lost_time),
    Scene("move", "ada", "/visits/book/", moving),
    Scene("cancelled", "ada", "/visits/book/", cancelled),
    Scene("staff-find-found", "becker", "/calendar/find/", desk_books),
    Scene("person", "petrenko", "/people/", person),
    Scene("directory-unfound", "becker", "/patients/", unfound),
    Scene("book-kinds", "ada", "/visits/book/", kinds),
]
