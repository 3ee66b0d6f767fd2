"""Sockets that fail, are cut off or ask too much: they end, are told, and leave nothing behind."""

import asyncio

import pytest
from channels.testing import WebsocketCommunicator

from portal.kernel import plugs
from portal.kernel.errors import Unavailable
from portal.kernel.ids import new_id
from portal.realtime.codes import Close
from portal.realtime.nudge import hub
from tests.portal.realtime.book import REF, TOPIC, Book, Client, Page


async def test_a_topic_that_was_lost_is_not_listened_to(book: Book, client: Client) -> None:
    await client.say(kind="follow", topic=TOPIC, after=0)
    await client.say(kind="ping")
    await client.hear()
    book.shut = True
    book.write("secret")
    assert (await client.hear())["kind"] == "left"

    assert hub().size() == 0


async def test_a_topic_that_fails_closes_the_page_to_come_back_and_leaves_nothing(
    book: Book, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.say(kind="follow", topic=TOPIC, after=0)
    await client.say(kind="ping")
    await client.hear()

    def fail(*_: object) -> plugs.Opening:
        raise ZeroDivisionError

    monkeypatch.setattr(book, "open", fail)
    await client.say(kind="follow", topic=f"book.{REF}", after=0)

    assert await client.closed_with() == Close.FAULT
    assert hub().size() == 0


async def test_a_page_that_the_server_cut_off_is_forgotten(book: Book) -> None:
    wire = WebsocketCommunicator(Page.as_asgi(), "/live/")
    await wire.connect()
    page = Client(wire)
    await page.say(kind="follow", topic=TOPIC, after=0)
    await page.say(kind="ping")
    await page.hear()
    await page.hear()

    wire.future.cancel()
    for _ in range(100):
        await asyncio.sleep(0.01)
        if book.closed_at is not None:
            break

    assert book.closed_at == 0
    assert hub().size() == 0


async def test_a_store_that_is_away_is_told_of_and_the_page_may_ask_again(
    book: Book, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> plugs.Opening:
        raise Unavailable

    monkeypatch.setattr(book, "open", away)
    await client.say(kind="follow", topic=TOPIC, after=0)
    answer = await client.hear()

    assert (answer["kind"], answer["topic"], answer["again"]) == ("refused", TOPIC, True)


async def test_a_follow_that_comes_too_fast_is_answered_too(client: Client) -> None:
    for _ in range(21):
        await client.say(kind="follow", topic=f"book.{new_id().hex}", after=0)
    answers = [await client.hear() for _ in range(21)]

    assert [answer["code"] for answer in answers].count("too-many") == 1
    assert next(a for a in answers if a["code"] == "too-many")["again"] is True
