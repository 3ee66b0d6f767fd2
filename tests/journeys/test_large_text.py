"""Text twice as large, and a window of 320 px: nothing is cut, nothing is out of reach."""

from typing import TYPE_CHECKING

import pytest

from tests.journeys.browsers import NARROW, PHONE, result
from tests.journeys.house import House
from tests.journeys.pages import PAGES, Scene

if TYPE_CHECKING:
    from playwright.sync_api import Page

MAIN = (
    "welcome", "sign-in-refused", "code", "patient-home", "patient-messages", "write-refused",
    "thread", "record", "report", "patient-visits", "book-times", "book-confirm", "devices",
    "proxies", "staff-messages", "staff-thread",
)  # fmt: skip
"""The patient's main pages, and the inbox of those who work here."""
SCENES = [scene for scene in PAGES if scene.name in MAIN]
TWICE = "() => { document.documentElement.style.fontSize = '200%'; }"
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
FAULTS = """() => {
  const found = [], edge = innerWidth, name = (one) =>
    `${one.localName}.${one.className?.baseVal ?? one.className}: ` +
    (one.textContent || one.value || "").trim().replace(/\\s+/g, " ").slice(0, 40);
  const wide = document.documentElement.scrollWidth;
  if (wide > edge) found.push(`the page is ${wide} px wide`);
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !one.closest(".hush, .skip, [aria-hidden=true], dialog:not([open])");
  for (const one of document.body.querySelectorAll("*")) {
    if (!shown(one) || one.closest("svg")) continue;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    if (box.width && (box.left < -1 || box.right > edge + 1)) found.push(`beyond: ${name(one)}`);
    const clamps = style.webkitLineClamp !== "none";
    const cuts = /hidden|clip/.test(style.overflowX + style.overflowY) && !clamps;
    if (cuts && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
      found.push(`cut: ${name(one)}`);
  }
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const holder = node.parentElement;
    if (!node.data.trim() || !shown(holder) || holder.closest("option, textarea")) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects())
      if (box.width && (box.left < -1 || box.right > edge + 1))
        found.push(`beyond: ${name(holder)}`);
  }
  const presses = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const one of document.querySelectorAll(presses)) {
    if (!shown(one)) continue;
    one.scrollIntoView({ block: "center", behavior: "instant" });
    const [box] = one.getClientRects();
    const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!at || !(one.contains(at) || one.labels?.[0]?.contains(at)))
      found.push(`under ${at ? name(at) : "nothing"}: ${name(one)}`);
  }
  return [...new Set(found)];
}"""


@pytest.mark.feature("X4")
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_nothing_is_cut_or_out_of_reach(house: House, scene: Scene):
    page = scene.show(house, size=PHONE, reduced_motion="reduce")

    page.set_viewport_size({"width": NARROW[0], "height": 640})
    narrow = faults(page)
    result(page, TWICE)
    page.set_viewport_size({"width": 360, "height": 740})
    large = faults(page)

    assert (narrow, large) == ([], [])


def faults(page: "Page") -> list[str]:
    """What is cut, beyond the edge, or under something else."""
    result(page, SETTLED)
    found: list[str] = result(page, FAULTS)
    return found
