"""Two of the staff, one queue: claimed once, noted beside, worked by keys; patients see no note."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.journeys import steps
from tests.journeys.browsers import result
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.feature("M3", "M14")
SECRET = "Between us: ask how she sleeps."


def asked(house: House, topic: str) -> "tuple[Page, str]":
    """Imani's page of a question to her care team and the path of its thread."""
    page = house.open("imani")
    return page, steps.write(page, topic, "Is that normal?")


@pytest.mark.feature("M2")
def test_a_question_to_a_team_says_when_it_is_answered(house: House):
    page = house.open("imani", "/threads/write/")
    page.get_by_label("Nursing team").check()
    page.get_by_label("What is it about?").fill("My bandage")
    page.get_by_label("Your message").fill("It slipped.")
    page.get_by_role("button", name="Send", exact=True).click()

    page.get_by_text("With the nursing team since").wait_for()
    assert "You will have an answer by tomorrow" in page.locator(".promise").inner_text()

    desk = house.open("lindqvist", "/threads/")
    desk.get_by_role("link", name="My bandage").click()
    steps.send(desk, "Please send us a photo.")
    steps.line(page, "Please send us a photo.").wait_for()


def test_of_two_who_take_it_over_one_gets_it_and_the_other_sees_who(house: House):
    patient = house.open("imani", "/threads/write/")
    patient.get_by_label("Prescriptions team").check()
    patient.get_by_label("What is it about?").fill("Taken by two")
    patient.get_by_label("Your message").fill("Two tablets left.")
    patient.get_by_role("button", name="Send", exact=True).click()
    patient.get_by_role("heading", level=1, name="Taken by two").wait_for()
    path = urlsplit(patient.url).path
    first, other = house.open("okafor", path), house.open("demir", path)

    first.get_by_role("button", name="Take it over").click()
    first.get_by_role("button", name="Let it go").wait_for()
    other.get_by_text("Whose this is has changed.").wait_for()
    other.get_by_role("button", name="Take it over").click()

    other.get_by_text("Somebody has taken this thread already").wait_for()
    assert "Dr Miriam Okafor" in other.locator(".tend").inner_text()


def test_the_queue_says_by_itself_that_somebody_new_waits(house: House):
    desk = house.open("okafor", "/threads/")
    before = int(desk.locator('[data-count="open"]').inner_text())

    asked(house, "Just now")

    desk.get_by_role("link", name="new: show").wait_for()
    assert int(desk.locator('[data-count="open"]').inner_text()) == before + 1
    desk.get_by_role("link", name="new: show").click()
    desk.get_by_role("link", name="Just now").wait_for()


def test_a_note_reaches_the_colleague_live_and_never_the_patient(house: House):
    patient, path = asked(house, "Noted beside")
    okafor, again = house.open("okafor", path), house.open("okafor", path)

    okafor.get_by_label("Note", exact=True).fill(SECRET)
    okafor.get_by_role("button", name="Save the note").click()
    okafor.locator("#messages .note").get_by_text(SECRET).wait_for()

    again.locator("#messages .note").get_by_text(SECRET).wait_for()
    steps.send(okafor, "It is.")
    steps.line(patient, "It is.").wait_for()
    patient.reload()
    steps.line(patient, "It is.").wait_for()
    for text in (patient.content(), patient.locator("body").inner_text()):
        assert SECRET not in text
        assert "Internal" not in text
        assert "notes." not in text


def test_the_work_is_done_by_keys_which_rest_while_somebody_types(house: House):
    _, path = asked(house, "By keys alone")
    page = house.open("okafor", "/threads/?show=unclaimed")
    page.locator("[data-keys-open]").wait_for()
    page.keyboard.press("/")
    assert result(page, "document.activeElement.id") == "id_name"
    page.keyboard.type("imani c")
    assert page.get_by_label("Find by name in this list").input_value() == "imani c"
    page.goto(f"{path}?from=unclaimed")

    page.locator("[data-keys-open]").wait_for()
    page.keyboard.press("?")
    page.get_by_role("heading", name="Keys", exact=True).wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Keys", exact=True).wait_for(state="hidden")
    page.keyboard.press("c")
    page.get_by_role("button", name="Let it go").wait_for()
    page.keyboard.press("r")
    page.keyboard.type("ace, never")
    assert steps.box(page).input_value() == "ace, never"
    steps.box(page).fill("")
    page.keyboard.press("Escape")
    page.locator(".talk-head h1").click()
    page.keyboard.press("n")
    assert result(page, "document.activeElement.id") == "note_body"
    page.locator(".talk-head h1").click()
    page.keyboard.press("a")
    assert result(page, "document.activeElement.id") == "id_to"
    page.locator(".talk-head h1").click()
    page.keyboard.press("e")

    page.wait_for_url("**/threads/?show=unclaimed")
    page.get_by_text("Nobody waits in this thread now.").wait_for()


def test_keys_can_be_switched_off(house: House):
    _, path = asked(house, "Without keys")
    page = house.open("okafor", path)
    page.locator("[data-keys-open]").wait_for()
    page.keyboard.press("?")
    page.get_by_label("Use these keys on this device").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("n")

    assert result(page, "document.activeElement === document.body")


@pytest.mark.feature("M6")
def test_the_queue_is_worked_without_scripts(house: House):
    _, path = asked(house, "No scripts here")
    page = house.open("okafor", "/threads/?show=unclaimed", scripts=False)

    row = page.locator("li", has_text="No scripts here")
    row.get_by_role("button", name="Take over").click()
    page.get_by_label("Note", exact=True).fill(SECRET)
    page.get_by_role("button", name="Save the note").click()
    assert page.get_by_text(SECRET).is_visible()
    page.get_by_text("Assign or hand on").click()
    page.get_by_label("To whom").select_option(label="Prescriptions team")
    page.get_by_label("Why").fill("A new prescription")
    page.get_by_role("button", name="Hand over").click()
    page.get_by_text("Handed over.").wait_for()
    page.goto(path)

    assert page.get_by_text("handed this on to").is_visible()
    assert page.get_by_text("A new prescription").is_visible()
