"""What a thread's page shows and what the socket brought, in the same words."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse

from tests.cast import Someone, browser
from tests.harness.live import live, topic_of

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}


@dataclass
class Shown:
    """One item as it is shown."""

    sequence: int
    name: str = ""
    text: str = ""
    patient: str = ""
    """On whose behalf, if on another's."""
    mine: bool = False
    classes: frozenset[str] = field(default=frozenset(), compare=False)


SLOTS = {one.name for one in fields(Shown)} & {"name", "text", "patient"}


class _Items(HTMLParser):
    """Finds every element with data-sequence, and the text of the slots inside."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Shown] = []
        self._open: list[str] = []
        self._slot = ""
        self._slot_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self._open.append(tag)
        if "data-sequence" in given:
            classes = frozenset((given.get("class") or "").split())
            shown = Shown(int(given["data-sequence"] or 0), classes=classes)
            shown.mine = "mine" in classes
            self.found.append(shown)
        slot = given.get("data-slot") or ""
        if slot in SLOTS and self.found:
            self._slot, self._slot_depth = slot, len(self._open)

    def handle_endtag(self, tag: str) -> None:
        if self._slot and len(self._open) == self._slot_depth:
            self._slot = ""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._slot:
            last = self.found[-1]
            setattr(last, self._slot, getattr(last, self._slot) + data)


def shown_on(page: str) -> list[Shown]:
    """The items of a thread that the page shows, in order."""
    parser = _Items()
    parser.feed(page)
    # The template of a line that scripts fill has no sequence of its own.
    return [shown for shown in parser.found if shown.sequence]


def shown_to(browser: Client, address: str) -> list[Shown]:
    """The items that this reader sees at this address."""
    response = browser.get(address)
    assert response.status_code == 200, response.status_code
    return shown_on(response.content.decode())


def delivered(items: Iterable[dict[str, Any]]) -> list[Shown]:
    """The same of what the socket brought."""
    return [
        Shown(
            sequence=item["sequence"],
            name=item["author"]["name"],
            text=item["text"] or "",
            patient=item["behalf"] or "",
            mine=item["mine"] and item["kind"] == "message",
        )
        for item in items
    ]


async def page_is_socket(
    reader: Someone, thread_id: UUID, act: Callable[[], object]
) -> list[Shown]:
    """What the page showed before, plus what the socket brought of an act, is what it shows after.

    Returns what it shows after.
    """
    address = reverse("messaging:thread", args=[thread_id])
    theirs = await asyncio.to_thread(browser, reader)
    before = await asyncio.to_thread(shown_to, theirs, address)
    topic, last = topic_of(thread_id), before[-1].sequence
    async with live(reader) as page:
        await page.follow(topic, after=last)
        await asyncio.to_thread(act)
        after = await asyncio.to_thread(shown_to, theirs, address)
        items = await page.items(topic, upto=after[-1].sequence)
    assert before + delivered(items) == after
    return after
