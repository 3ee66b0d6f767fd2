"""A book to follow, and a page that follows it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from portal.kernel import door, plugs
from portal.kernel.actor import Actor
from tests.portal.realtime.book import Book, Client, Page, echo, parsed


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    made = Book()
    command = plugs.Command("book.echo", parsed, echo, lambda result: {"text": result})
    monkeypatch.setattr(plugs, "topics", lambda: {"book": made})
    monkeypatch.setattr(plugs, "commands", lambda: {"book.echo": command})

    async def at_once(action: Any, actor: Actor, **given: Any) -> Any:
        return action(actor, **given)

    monkeypatch.setattr(door, "arun", at_once)
    yield made


@pytest.fixture
async def client(book: Book) -> AsyncIterator[Client]:
    wire = WebsocketCommunicator(Page.as_asgi(), "/live/")
    connected, _ = await wire.connect()
    assert connected
    made = Client(wire)
    assert (await made.hear())["kind"] == "welcome"
    yield made
    await wire.disconnect()
