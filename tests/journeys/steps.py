"""What people do on pages, in their words."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.journeys.browsers import result

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

LIVE, LOST = "good", "wait"
ARRIVALS = """() => {
  window.arrivals = {};
  const note = () => {
    for (const line of document.querySelectorAll("#messages [data-slot=text]"))
      window.arrivals[line.textContent] ??= Date.now();
  };
  new MutationObserver(note).observe(document.querySelector("#messages"), { childList: true });
  document.querySelector("[data-composer]").addEventListener(
    "submit", () => { window.pressed = Date.now(); }, { capture: true });
}"""
LINES = """(lines) => lines.map((line) => [
  Number(line.dataset.sequence),
  line.querySelector("[data-slot=name]").textContent.trim(),
  line.querySelector("[data-slot=text]")?.textContent ?? line.className,
])"""

Line = tuple[int, str, str]


def write(page: "Page", topic: str, text: str, *, about: str = "") -> str:
    """A new thread, begun from the first page. Returns its path."""
    page.goto("/")
    page.get_by_role("link", name="Write to the clinic").first.click()
    if about:
        page.get_by_label("Who is it about?").select_option(label=about)
    page.get_by_label("What is it about?").fill(topic)
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("heading", level=1, name=topic).wait_for()
    return urlsplit(page.url).path


def send(page: "Page", text: str) -> None:
    """Typed into the composer, and sent."""
    box(page).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def box(page: "Page") -> "Locator":
    """Where a message is typed."""
    return page.locator("[data-composer] textarea")


def line(page: "Page", text: str) -> "Locator":
    """The line with this text among those that the portal holds."""
    return page.locator("#messages [data-slot=text]").get_by_text(text, exact=True)


def connection(page: "Page", tone: str) -> "Locator":
    """The sentence about the connection, once it is in this tone."""
    return page.locator(f'[data-connection][data-tone="{tone}"]')


def transcript(page: "Page") -> list[Line]:
    """Sequence, author and text of every line on the page."""
    found = page.locator("#messages [data-sequence]").evaluate_all(LINES)
    return [(number, name, text) for number, name, text in found]


def clock_lines(page: "Page") -> None:
    """From now on the page knows when each line came, and when *Send* was pressed."""
    result(page, ARRIVALS)


def delay(sender: "Page", reader: "Page", text: str) -> float:
    """Milliseconds from pressing *Send* on one page to the line on the other."""
    line(reader, text).wait_for()
    pressed: float = result(sender, "window.pressed")
    arrived: float = result(reader, "(text) => window.arrivals[text]", text)
    return arrived - pressed
