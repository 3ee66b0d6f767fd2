"""The demo clinic as it runs, and how its people get in: the way `manage.py demo` tells them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from tests.campaigns.portals import Portal
from tests.journeys.browsers import DESK, Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

SOON = 60.0
"""Seconds. The postman looks every few; a busy machine may take its time."""
FRESH = 480.0
"""Seconds. An older session may have idled out, and is asked for a proof before some acts."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One line of the file of sign-ins."""

    key: str
    email: str
    password: str = field(repr=False)
    name: str
    about: str


@dataclass
class House:
    """One clinic, served, and every browser that its people hold."""

    portal: Portal
    browser: "Browser"
    watch: Watch
    sign_ins: dict[str, SignIn] = field(default_factory=dict)
    contexts: list["BrowserContext"] = field(default_factory=list)
    address: str = ""
    """What pages call this portal where that is not localhost."""
    _kept: dict[str, tuple[float, Any]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """What pages call this portal."""
        return self.address or f"http://localhost:{self.portal.ports[0]}"

    def furnish(self, *words: str) -> None:
        """The demo stands, made by its command with these words."""
        self.portal.manage("demo", *words)
        self.learn()

    def learn(self) -> None:
        """The sign-ins of the demo that stands are known."""
        lines = (self.portal.folder / "demo" / "sign-ins.txt").read_text().splitlines()
        told = [SignIn(*line.split("\t")) for line in lines]
        self.sign_ins = {each.key: each for each in told}

    def code(self, name: str) -> str:
        """What this person's app shows, as the command tells it."""
        return self.portal.manage("demo", "code", self.sign_ins[name].email).strip()

    def device(self, **options: Any) -> "Page":
        """A page of a browser that nobody is signed in on."""
        width, height = options.pop("size", DESK)
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=options.pop("scripts", True),
            base_url=self.origin,
            **options,
        )
        context.set_default_timeout(20_000)
        self.watch.over(context)
        self.contexts.append(context)
        return context.new_page()

    def open(self, name: str, path: str = "/", **options: Any) -> "Page":
        """A page of this person's browser, signed in; for a while browsers share that session."""
        since, _ = self._kept.get(name, (-FRESH, None))
        if time.monotonic() - since > FRESH:
            page = self.device()
            self.sign_in(page, name)
            self._kept[name] = (time.monotonic(), page.context.storage_state())
            page.context.close()
        page = self.device(storage_state=self._kept[name][1], **options)
        page.goto(path)
        return page

    def sign_in(self, page: "Page", name: str) -> None:
        """Both steps, by the forms."""
        who = self.sign_ins[name]
        page.goto("/sign-in/")
        page.get_by_label("E-mail or sign-in name").fill(who.email)
        page.get_by_label("Password", exact=True).fill(who.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_label("Six-digit code").fill(self.code(name))
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(self.origin + "/")

    def keep(self, who: SignIn, page: "Page") -> None:
        """Somebody who came in by a letter is known here, and signed in as on this page."""
        self.sign_ins[who.key] = who
        self._kept[who.key] = (time.monotonic(), page.context.storage_state())

    def letters(self, address: str, *, at_least: int = 1) -> list[EmailMessage]:
        """The letters to this address, oldest first, once there are so many."""
        end = time.monotonic() + SOON
        while time.monotonic() < end:
            folder = self.portal.folder / "outbox"
            paths = sorted(folder.glob("*.eml"))
            read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
            found = [letter for letter in read if letter["To"] == address]
            if len(found) >= at_least:
                return found
            time.sleep(0.2)
        raise AssertionError("no letter came")

    def forget(self, name: str) -> None:
        """The session that was kept for this person is of no use any more."""
        self._kept.pop(name, None)

    def close(self) -> None:
        """Every browser is shut; sessions stay."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@contextmanager
def clinic(browser: "Browser", watch: Watch, *words: str, **settings: str) -> Iterator[House]:
    """The demo clinic, made with these words and set like this, on data of its own to the end."""
    with Portal() as portal:
        # Pages are to meet the pace that people meet.
        del portal.environment["PORTAL_SOCKET_PACE"]
        portal.environment |= settings
        house = House(portal, browser, watch)
        house.furnish(*words)
        portal.start()
        try:
            yield house
        finally:
            house.close()
