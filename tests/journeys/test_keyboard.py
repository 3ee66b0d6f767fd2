"""From the sign-in page to a sent reply without a mouse, and the focus is seen at every stop."""

from typing import TYPE_CHECKING

import pytest

from tests.journeys import steps
from tests.journeys.browsers import DESK, PHONE, result
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.feature("X4")

STOPS = 200
"""Other journeys leave threads in the list, each with two stops."""
FOCUS = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), look = getComputedStyle(at);
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
  const over = document.elementFromPoint(x, y);
  return {
    what: `${at.tagName.toLowerCase()} ${at.id} ${(at.innerText || at.value || "").slice(0, 40)}`,
    ring: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
    inside: box.width > 0 && x >= 0 && x <= innerWidth && y >= 0 && y <= innerHeight,
    covered: !over || !(at.contains(over) || over.contains(at)),
  };
}"""


def stop(page: "Page") -> str:
    """Where the focus is. Fails if somebody who looks would not find it."""
    found = result(page, FOCUS)
    assert found["ring"], f"no ring: {found}"
    assert found["inside"], f"out of sight: {found}"
    assert not found["covered"], f"under something: {found}"
    what: str = found["what"]
    return what


def tab_to(page: "Page", selector: str) -> list[str]:
    """Tab was pressed until the focus is here. Returns every stop on the way."""
    seen = []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        if result(page, "document.activeElement === document.body"):
            continue
        seen.append(stop(page))
        if result(page, "(wanted) => document.activeElement.matches(wanted)", selector):
            return seen
    raise AssertionError(f"Tab never came to {selector}: {seen}")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_reply_is_sent_by_keyboard_alone(house: House, size: tuple[int, int]):
    patient = house.open("ada")
    address = steps.write(patient, "For the keyboard", "Can you hear me?", about="Ada Marsh")
    who = house.sign_ins["demir" if size is PHONE else "okafor"]
    page = house.device(size=size)

    page.goto("/sign-in/")
    tab_to(page, "#id_username")
    page.keyboard.type(who.email)
    tab_to(page, "#id_password")
    page.keyboard.type(who.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/code/**")
    tab_to(page, "#id_code")
    page.keyboard.type(house.code(who.key))
    page.keyboard.press("Enter")
    page.wait_for_url(house.origin + "/")
    tab_to(page, 'nav a[href="/threads/"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/threads/")
    tab_to(page, f'a[href^="{address}"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}?from=open")
    steps.connection(page, steps.LIVE).wait_for()
    tab_to(page, "[data-composer] textarea")
    page.keyboard.type("Loud and clear.")
    tab_to(page, "[data-composer] button")
    page.keyboard.press("Enter")
    steps.line(page, "Loud and clear.").wait_for()
    page.keyboard.type("And again.")
    page.keyboard.press("Control+Enter")

    steps.line(page, "And again.").wait_for()
    steps.line(patient, "And again.").wait_for()


@pytest.mark.parametrize("path", ["/", "/threads/", "/sign-in/", "/account/sessions/"])
def test_the_first_stop_skips_to_the_content(house: House, path: str):
    page = house.device() if path == "/sign-in/" else house.open("ada")
    page.goto(path)

    page.keyboard.press("Tab")
    assert "Skip to the content" in stop(page)
    page.keyboard.press("Enter")

    assert result(page, "document.activeElement.id") == "main"
