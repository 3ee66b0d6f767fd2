"""With scripts off everything works by links and forms, and going back sends nothing twice."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.journeys import steps
from tests.journeys.browsers import PHONE
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

pytestmark = pytest.mark.feature("M1", "M6")


def mine(page: "Page") -> list[str]:
    """What the page's lines say."""
    return [text for _, _, text in steps.transcript(page)]


def test_a_patient_does_everything_by_plain_forms(house: House):
    page = house.device(scripts=False, size=PHONE)
    house.sign_in(page, "imani")

    steps.write(page, "By plain forms", "The first line")
    steps.send(page, "The second line")
    page.get_by_role("button", name="Close this thread").click()
    page.get_by_role("heading", name="Not done after all?").wait_for()
    assert steps.box(page).count() == 0
    page.get_by_role("button", name="Open this thread again").click()
    steps.send(page, "The third line")

    assert mine(page) == ["The first line", "The second line", "turn", "turn", "The third line"]
    address = page.url
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_text("You are signed out.").wait_for()
    page.go_back()
    assert "The first line" not in page.locator("body").inner_text()
    page.goto(address)
    page.get_by_role("heading", name="Sign in").wait_for()


def test_a_clinician_answers_by_plain_forms(house: House):
    patient = house.open("ada")
    steps.write(patient, "For plain hands", "Is anybody there?", about="Ada Marsh")
    page = house.open("okafor", "/threads/", scripts=False)
    page.get_by_role("link", name="For plain hands").first.click()

    assert page.get_by_role("link", name="Look for new messages").is_visible()
    steps.send(page, "I am.")
    steps.line(page, "I am.").wait_for()

    steps.line(patient, "I am.").wait_for()


def test_pressing_send_twice_sends_once(house: House):
    page = house.open("imani", scripts=False)
    steps.write(page, "Pressed twice", "The first line")

    steps.box(page).fill("Only once, please")
    page.get_by_role("button", name="Send", exact=True).dblclick()
    steps.line(page, "Only once, please").wait_for()

    page.reload()
    assert mine(page) == ["The first line", "Only once, please"]


def test_going_back_brings_an_empty_form_and_nothing_is_sent_twice(house: House):
    page = house.open("imani", scripts=False)
    steps.write(page, "Gone back", "The first line")
    with page.expect_request("**/reply/") as caught:
        steps.send(page, "Only once, please")
    steps.line(page, "Only once, please").wait_for()

    page.go_back()
    assert steps.box(page).input_value() == ""
    page.go_forward()
    again(page, caught.value)

    page.reload()
    assert mine(page) == ["The first line", "Only once, please"]


def test_a_new_thread_sent_again_is_the_same_thread(house: House):
    page = house.open("imani", scripts=False)
    with page.expect_request(lambda request: request.method == "POST") as caught:
        first = steps.write(page, "Begun twice", "The first line")

    assert again(page, caught.value) == first
    page.reload()
    assert mine(page) == ["The first line"]


def again(page: "Page", request: "Request") -> str:
    """A browser that asks "send the form again?" was told yes. Returns where it led."""
    kept = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin_of(page)}
    data = request.post_data or ""
    answer = page.context.request.post(request.url, data=data, headers=kept, max_redirects=0)
    assert answer.status == 303
    return answer.headers["location"].split("#")[0]


def origin_of(page: "Page") -> str:
    """Scheme, host and port."""
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}"


def test_what_is_refused_stays_in_the_form(house: House):
    page = house.open("imani", "/threads/write/", scripts=False)
    page.get_by_label("What is it about?").fill("Something")

    page.get_by_role("button", name="Send", exact=True).click()

    assert page.get_by_role("alert").is_visible()
    assert page.get_by_label("What is it about?").input_value() == "Something"
    assert page.title().startswith("Error:")
