"""Signed out in one place is signed out in all: other pages notice by themselves."""

import time

import pytest

from tests.journeys import steps
from tests.journeys.house import House

pytestmark = pytest.mark.feature("I8")

PATIENCE = 15_000
"""Milliseconds. A second is what is promised; a busy machine may take its time."""


def test_signing_out_in_one_tab_empties_the_other(house: House, figures: list[str]):
    page = house.device()
    house.sign_in(page, "klara")
    steps.write(page, "About my father", "He sleeps badly.")
    steps.connection(page, steps.LIVE).wait_for()
    other = page.context.new_page()
    other.goto("/")

    started = time.monotonic()
    other.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in/**", timeout=PATIENCE)
    figures.append(f"pressing Sign out in one tab to gone in the other: {_since(started)} ms")

    assert "next=/threads/" in page.url.replace("%2F", "/")
    page.go_back()
    page.get_by_role("heading", name="Sign in").wait_for()


def test_a_device_that_was_ended_shows_nothing_but_what_was_typed(house: House):
    phone = house.open("ada")
    steps.write(phone, "Left open on the train", "Something private", about="Ada Marsh")
    steps.connection(phone, steps.LIVE).wait_for()
    steps.box(phone).fill("A long letter, half written")
    laptop = house.device()
    house.sign_in(laptop, "ada")
    house.forget("ada")

    laptop.goto("/account/sessions/")
    laptop.get_by_role("button", name="Sign out everywhere else").click()

    phone.get_by_text("You are signed out").first.wait_for(timeout=PATIENCE)
    assert "Something private" not in phone.locator("body").inner_text()
    assert steps.box(phone).input_value() == "A long letter, half written"


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
