"""What the first pages weigh on the wire, in an empty browser, and how they do on a poor line."""

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys import steps
from tests.journeys.browsers import PHONE, result
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

GOAL = 60_000
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""A bad evening on 3G: 400 kbit/s, and 400 ms there and back."""
SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


def weight(page: "Page", path: str) -> tuple[int, int]:
    """Bytes over the wire, headers included, and how many answers they came in."""
    arrived: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def note(event: dict[str, Any]) -> None:
        arrived.append(int(event["encodedDataLength"]))

    session.on("Network.loadingFinished", note)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return sum(arrived), len(arrived)


@pytest.mark.parametrize(
    ("who", "path"), [("", "/sign-in/"), ("ada", "/"), ("okafor", "/"), ("ada", "a thread")]
)
def test_a_page_is_light_and_stands_still(house: House, figures: list[str], who: str, path: str):
    page = house.open(who, "about:blank", size=PHONE) if who else house.device(size=PHONE)
    if path == "a thread":
        finder = house.open(who, "/threads/")
        path = finder.locator("main a.line").first.get_attribute("href") or ""

    total, answers = weight(page, path)
    shift: float = result(page, SHIFT)

    figures.append(
        f"{path[:9]} for {who or 'nobody'}: {total / 1000:.1f} kB in {answers} answers, "
        f"layout shift {shift:.3f}"
    )
    assert total < GOAL
    assert shift < 0.1


@pytest.mark.feature("M6")
def test_a_poor_line_is_enough(house: House, figures: list[str]):
    finder = house.open("ada", "/threads/")
    path = finder.locator("main a.line").first.get_attribute("href") or ""
    page = house.open("ada", "about:blank", size=PHONE)
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)

    took = []
    for each in ("/", path):
        started = time.monotonic()
        page.goto(each, wait_until="domcontentloaded")
        page.get_by_role("heading", level=1).wait_for()
        took.append(time.monotonic() - started)
    steps.connection(page, steps.LIVE).wait_for()
    steps.send(page, "From the train")
    steps.line(page, "From the train").wait_for()

    figures.append(f"400 kbit/s, 400 ms: Today in {took[0]:.1f} s, a thread in {took[1]:.1f} s")
    assert max(took) < 10
