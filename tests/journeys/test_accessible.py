"""Every page against Deque's rules, light and dark, small and large; and at 400 % zoom."""

from typing import TYPE_CHECKING, Literal

import pytest

from tests.journeys import browsers
from tests.journeys.browsers import DESK, PHONE, result
from tests.journeys.doors import DOORS
from tests.journeys.house import House
from tests.journeys.pages import PAGES, Scene
from tests.journeys.rooms import ROOMS
from tests.journeys.times import TIMES

if TYPE_CHECKING:
    from playwright.sync_api import Page

RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.map(
  (rule) => `${rule.id} (${rule.impact}): ` + rule.nodes.map((node) => node.html).join(" | "))"""
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def broken(page: "Page", rules: str) -> list[str]:
    """The rules that this page breaks, in both colours and both sizes."""
    result(page, rules + "; 0")
    found = []
    for size in (PHONE, DESK):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for colour in ("light", "dark"):
            # Without motion, or the rules see colours half way from one to the other.
            scheme: Literal["dark", "light"] = "dark" if colour == "dark" else "light"
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            result(page, SETTLED)
            found += [f"{colour}, {size[0]} px: {each}" for each in result(page, RUN)]
    return found


@pytest.mark.feature("X4")
@pytest.mark.parametrize("scene", [*PAGES, *DOORS], ids=lambda scene: scene.name)
def test_a_page_fits_a_narrow_window_and_breaks_no_rule(house: House, scene: Scene):
    fine(scene.show(house))


@pytest.mark.feature("X4")
@pytest.mark.parametrize("scene", [*ROOMS, *TIMES], ids=lambda scene: scene.name)
def test_a_state_of_a_visit_or_a_booking_breaks_no_rule_either(studio: House, scene: Scene):
    try:
        fine(scene.show(studio))
    finally:
        studio.close()


def fine(page: "Page") -> None:
    """It fits, and breaks no rule."""
    assert browsers.fits(page)

    rules = browsers.axe()
    if rules is None:
        pytest.skip("it fits; axe-core is not here: PORTAL_AXE names its axe.min.js")
    assert broken(page, rules.read_text()) == []
