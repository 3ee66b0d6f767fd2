"""Asking who looked, and reviewing it: how one gets to those pages."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journeys.house import House


def who_looked(page: "Page") -> None:
    """Who looked at this record, from the first page."""
    page.get_by_role("link", name="Who looked at").first.click()
    page.get_by_role("heading", name="How do I know that this is all?").wait_for()


def asking(house: "House", page: "Page") -> None:
    """Ada is about to ask about somebody who looked at her record."""
    who_looked(page)
    page.get_by_role("link", name="Ask about this").first.click()
    page.get_by_label("What would you like to know?").wait_for()


def asked(house: "House", page: "Page") -> None:
    """Ada has asked, now or before."""
    who_looked(page)
    if page.get_by_role("link", name="See the question").count():
        page.get_by_role("link", name="See the question").first.click()
        return
    page.get_by_role("link", name="Ask about this").first.click()
    page.get_by_label("What would you like to know?").fill("Why did somebody open it?")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("Answer promised by").first.wait_for()


def answering(house: "House", page: "Page") -> None:
    """Noor Haddad reads a question of Ada's."""
    other = house.open("ada", "/")
    asked(house, other)
    page.goto("/patients/review/")
    page.get_by_role("link", name="Answer the first").click()
    page.get_by_label("Your answer").wait_for()


def one_entry(house: "House", page: "Page") -> None:
    """Noor Haddad opens the newest entry of the log."""
    page.locator(".log a").first.click()
    page.get_by_role("heading", level=1, name="One entry of the log").wait_for()


def looking_for(house: "House", page: "Page") -> None:
    """Noor Haddad looks for somebody."""
    page.get_by_label("Name or record number").fill("mar")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("heading", name="People who work here, or did").wait_for()
