"""From the front desk to one's own record: registered, invited, the letter opened, signed in."""

import re
import time
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

from tests.journeys import steps
from tests.journeys.browsers import PHONE
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.feature("I2", "I9", "I13")
CHOSEN = "nine kettles on the moon"
SOON = 60.0
"""Seconds. The postman looks every few; a busy machine may take its time."""


def test_somebody_new_is_registered_invited_and_reads_their_own_record(house: House):
    desk = house.open("becker", "/patients/")
    register(desk, "Rosalind", "Okonkwo", "1992-03-04", "rosalind@post.example")
    desk.get_by_label("I saw the person and a photo card").first.check()
    desk.get_by_role("button", name="Send the invitation").click()
    desk.get_by_text("Waits for a yes until").wait_for()

    phone = house.device(size=PHONE)
    phone.goto(link_to(house, "rosalind@post.example"))
    phone.get_by_label("password", exact=False).first.fill(CHOSEN)
    phone.get_by_role("button", name="Open my account").click()
    phone.get_by_role("link", name="My record").first.click()
    phone.get_by_role("heading", name="Rosalind Okonkwo").wait_for()

    desk.reload()
    desk.get_by_text("Uses the portal").wait_for()
    desk.get_by_text("seen at the clinic").wait_for()
    again = house.device()
    again.goto(link_to(house, "rosalind@post.example"))
    again.get_by_text("This link does not work any more").wait_for()


def test_a_mother_is_let_in_for_her_child_and_writes_under_her_own_name(house: House):
    desk = house.open("becker", "/patients/")
    register(desk, "Noah", "Winterberg", "2020-05-06", "")
    desk.locator("summary", has_text="Add somebody").click()
    desk.get_by_label("Who?").select_option(label="Dr Jonas Lindqvist")
    desk.get_by_role("button", name="Add to the care team").click()
    desk.locator("summary", has_text="Ask somebody to act").click()
    form = desk.locator("form", has=desk.get_by_role("button", name="Send the e-mail"))
    form.get_by_label("Their e-mail address").fill("eva@post.example")
    form.get_by_label("Who are they to the patient?").select_option(label="Parent")
    form.get_by_label("Everything the patient may do", exact=False).check()
    form.get_by_label("I was shown or sent a document", exact=False).check()
    form.get_by_role("button", name="Send the e-mail").click()
    desk.get_by_text("eva@post.example", exact=True).wait_for()

    phone = house.device(size=PHONE)
    phone.goto(link_to(house, "eva@post.example"))
    phone.get_by_label("name", exact=False).first.fill("Eva Winterberg")
    phone.get_by_label("password", exact=False).first.fill(CHOSEN)
    phone.get_by_role("button", name="Open my account").click()
    phone.get_by_role("link", name="Noah Winterberg").first.click()
    phone.get_by_text("You are acting for Noah Winterberg.").wait_for()

    steps.write(phone, "Noah has a rash", "Since this morning, on both arms.")
    phone.get_by_text("Eva Winterberg").first.wait_for()

    desk.reload()
    desk.get_by_text("It ends on 5 May 2038").wait_for()


def test_a_patient_takes_back_what_nobody_has_answered(house: House):
    page = house.open("ada", "/patients/proxies/")
    page.get_by_text("tom.marsh@post.example", exact=True).wait_for()

    page.get_by_role("button", name="Withdraw").click()

    page.get_by_text("The invitation was withdrawn").wait_for()
    assert page.get_by_text("tom.marsh@post.example").count() == 0


def register(desk: "Page", given: str, family: str, born: str, email: str) -> None:
    """The front desk writes somebody down, after looking whether they are here."""
    desk.get_by_label("Name or record number").fill(f"{given} {family}")
    desk.get_by_role("button", name="Find").click()
    desk.get_by_text("Nobody fits").wait_for()
    desk.get_by_role("link", name="New patient").first.click()
    desk.get_by_label("First name").fill(given)
    desk.get_by_label("Family name").fill(family)
    desk.get_by_label("Date of birth").fill(born)
    desk.get_by_label("E-mail (if there is one)").fill(email)
    desk.get_by_role("button", name="Open the record").click()
    desk.get_by_role("heading", level=1, name=f"{given} {family}").wait_for()


def link_to(house: House, address: str) -> str:
    """The link in the letter to this address, once it lies in the folder of letters."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        for path in sorted((house.portal.folder / "outbox").glob("*")):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            if letter["To"] == address:
                body = letter.get_body(("plain",))
                text = body.get_content() if body else ""
                found = re.search(r"/join/[\w-]+/", text)
                if found:
                    return found[0]
        time.sleep(0.2)
    raise AssertionError("no letter came")
