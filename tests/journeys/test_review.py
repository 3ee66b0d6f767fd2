"""A patient asks who looked and why; the privacy officer finds it and answers; that is read."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from portal.audit.notes import read_proof
from tests.journeys import browsers
from tests.journeys.browsers import PHONE
from tests.journeys.house import House
from tests.journeys.test_report import look_at, report_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

WHY = "I was not at the clinic that day. Why was my record open?"
ANSWER = "Dr Okafor read it to prepare your next visit."


def ask(house: House, name: str, **options: object) -> "Page":
    """This patient asks about the newest look of Dr Okafor's."""
    page = report_of(house, name, **options)
    them = page.locator(".doer.staff").filter(has_text="Okafor").first
    them.get_by_role("link", name="Ask about this").click()
    page.get_by_label("What would you like to know?").fill(WHY)
    assert browsers.fits(page)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("Answer promised by").first.wait_for()
    return page


@pytest.mark.feature("A5", "A11", "M6")
@pytest.mark.parametrize(
    ("name", "scripts"), [("imani", True), ("ada", False)], ids=["live", "plain"]
)
def test_a_question_is_asked_found_answered_and_read(
    house: House, tmp_path: Path, name: str, scripts: bool
):
    look_at(house, name)
    patient = ask(house, name, size=PHONE, scripts=scripts)
    asked = urlsplit(patient.url).path.rstrip("/").rsplit("/", 1)[1]

    page = house.open("haddad", "/", size=PHONE, scripts=scripts)
    page.get_by_role("link", name="All questions").click()
    assert browsers.fits(page)
    page.locator(f'main a[href="/patients/review/questions/{asked}/"]').first.click()
    page.get_by_label("Your answer").wait_for()
    assert WHY in page.get_by_role("main").inner_text()
    page.get_by_role("link", name="The entry and its proof").click()
    assert "Miriam Okafor" in page.get_by_role("main").inner_text()
    assert "on the care team" in page.get_by_role("main").inner_text()
    assert browsers.fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the proof").click()
    download.value.save_as(tmp_path / "entry.tlog-proof")
    proof = read_proof((tmp_path / "entry.tlog-proof").read_bytes())
    assert f"entry number {proof.index} of the log" in page.get_by_role("main").inner_text()
    page.go_back()
    page.get_by_label("Your answer").fill(ANSWER)
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_text("Answered. Whoever asked is told by e-mail.").wait_for()

    letters = house.letters(house.sign_ins[name].email)
    told = [each for each in letters if "an answer about who looked" in str(each["Subject"])]
    assert told
    assert ANSWER not in told[-1].get_content()
    link = next(word for word in told[-1].get_content().split() if "/patients/questions/" in word)
    patient.goto(urlsplit(link).path)
    text = patient.get_by_role("main").inner_text()
    assert WHY in text
    assert ANSWER in text
    assert "Opened your record" in text
    patient.get_by_role("link", name="Who looked at").click()
    assert patient.get_by_role("link", name="Read the answer").first.is_visible()
    assert "privacy officer" in patient.get_by_role("main").inner_text()


@pytest.mark.feature("A16")
def test_the_log_is_narrowed_by_name_and_by_keyboard(house: House):
    look_at(house, "imani")
    page = house.open("haddad", "/patients/review/log/")

    page.get_by_role("link", name="Choose a person or a patient").click()
    page.get_by_label("Name or record number").fill("okafor")
    page.keyboard.press("Enter")
    page.get_by_role("link").filter(has_text="Show what they did").first.click()
    page.get_by_label("What was done").select_option(label="Somebody opened the record.")
    page.get_by_role("button", name="Show", exact=True).focus()
    page.keyboard.press("Enter")

    page.get_by_label("Only what Dr Miriam Okafor did").wait_for()
    lines = page.locator(".log li").all_inner_texts()
    assert lines
    assert all("Miriam Okafor" in line and "opened the record" in line for line in lines)
    assert "okafor" not in page.url.lower()
