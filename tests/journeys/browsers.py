"""Chromium, and what it is watched for: whom it asks, what it complains of, what pops up."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.shared import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Nobody but this machine has a name.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]
# Chromium reports these for pages that are meant to be missing, and while the server is away.
EXPECTED = re.compile(r"^(Failed to load resource|WebSocket connection to )")
# A made-up camera and microphone, allowed without a question, and calls over loopback.
FILMING = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
]
PHONE, DESK, NARROW = (390, 844), (1440, 900), (320, 480)


@dataclass
class Watch:
    """What browsers did, over all pages since the last look."""

    hosts: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """What Chromium reported as expected: missing pages, lost connections."""

    def asked(self, address: str) -> None:
        """A request, of whatever kind, goes to this address."""
        parts = urlsplit(address)
        if parts.scheme not in {"data", "blob", "about"}:
            self.hosts.add(parts.hostname or parts.scheme)

    def said(self, message: "ConsoleMessage") -> None:
        """Something stands in the console."""
        if message.type in {"error", "warning"}:
            known = EXPECTED.match(message.text)
            (self.complaints if known else self.faults).append(message.text)

    def asks(self, dialog: "Dialog") -> None:
        """A box stands before the page. Ours asks one thing only: whether to leave."""
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        self.faults.append(f"a dialog: {dialog.type} {dialog.message!r}")
        dialog.dismiss()

    def over(self, context: "BrowserContext") -> None:
        """Everything that happens in this context is seen."""
        context.on("request", lambda request: self.asked(request.url))
        context.on("console", self.said)
        context.on("dialog", self.asks)
        context.on("weberror", lambda error: self.faults.append(f"a script failed: {error.error}"))
        context.on("page", self._page)

    def _page(self, page: "Page") -> None:
        page.on("websocket", lambda socket: self.asked(socket.url))


@contextmanager
def chromium(*more: str) -> Iterator["Browser"]:
    """Debian's Chromium, without a window and without a word to anyone."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            chromium_sandbox=False,
            headless=True,
            args=[*FLAGS, *more],
        )
        try:
            yield browser
        finally:
            browser.close()


def missing() -> str:
    """Why there is no browser here, in a plain word; empty if there is one."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "Playwright is not installed; `make journeys` installs it"
    return "" if CHROMIUM.exists() else f"there is no {CHROMIUM}; Debian's package is `chromium`"


def axe() -> Path | None:
    """Deque's accessibility rules, if somebody put them beside the repository."""
    beside = ROOT.parent / "node_modules" / "axe-core" / "axe.min.js"
    path = Path(os.environ.get("PORTAL_AXE") or beside)
    return path if path.is_file() else None


def fits(page: "Page") -> bool:
    """Nothing reaches beyond the edge at 320 px: what is left of 1280 px at 400 % zoom."""
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    wide, window = result(page, "[document.documentElement.scrollWidth, innerWidth]")
    return bool(wide <= window)


def result(page: "Page", expression: str, given: Any = None) -> Any:
    """What this expression is on the page."""
    return page.evaluate(expression, given)
