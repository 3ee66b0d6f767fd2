"""The socket: followed topics, commands, windows and closes, with plugs of this test's own."""

from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from portal.kernel.ids import new_id
from portal.realtime import socket as sockets
from portal.realtime.codes import THEN, Close
from portal.realtime.nudge import hub
from tests.portal.realtime.book import REF, TOPIC, Book, Client, Page, Shut


async def test_a_stranger_is_refused_at_the_handshake() -> None:
    wire = WebsocketCommunicator(Shut.as_asgi(), "/live/")

    connected, _ = await wire.connect()

    assert not connected


async def test_what_was_missed_comes_first_then_what_is_new(book: Book, client: Client) -> None:
    book.lines = ["one", "two", "three"]

    await client.say(kind="follow", topic=TOPIC, after=1)
    missed = await client.hear()
    book.write("four")
    fresh = await client.hear()

    assert [item["text"] for item in missed["items"]] == ["two", "three"]
    assert [item["text"] for item in fresh["items"]] == ["four"]
    assert (missed["n"], fresh["n"]) == (2, 3)


async def test_a_topic_that_is_not_there_and_one_that_is_not_ours_look_the_same(
    book: Book, client: Client
) -> None:
    answers = []
    for topic in (f"book.{new_id().hex}", f"tree.{REF.hex}", "book.x", "book"):
        await client.say(kind="follow", topic=topic, after=0)
        answer = await client.hear()
        answers.append({key: answer[key] for key in ("kind", "code", "sentence")})

    assert answers == [answers[0]] * 4
    assert answers[0]["code"] == "not-found"


async def test_a_right_that_ends_ends_the_topic_and_sends_nothing(
    book: Book, client: Client
) -> None:
    book.lines = ["one"]
    await client.say(kind="follow", topic=TOPIC, after=0)
    await client.hear()
    book.shut = True
    book.write("secret")

    answer = await client.hear()

    assert (answer["kind"], answer["why"]) == ("left", "gone")
    assert await client.wire.receive_nothing()


async def test_closing_the_page_records_the_last_line_shown(book: Book) -> None:
    book.lines = ["one", "two"]
    wire = WebsocketCommunicator(Page.as_asgi(), "/live/")
    await wire.connect()
    page = Client(wire)
    await page.hear()
    await page.say(kind="follow", topic=TOPIC, after=0)
    await page.hear()

    await wire.disconnect()

    assert book.closed_at == 2
    assert hub().size() == 0


async def test_a_command_is_answered_and_a_refusal_says_why(client: Client) -> None:
    first, second, third = (str(new_id()) for _ in range(3))

    await client.say(kind="do", command="book.echo", id=first, body={"text": "hello"})
    done = await client.hear()
    await client.say(kind="do", command="book.echo", id=second, body={"text": "LOUD"})
    refused = await client.hear()
    await client.say(kind="do", command="book.burn", id=third, body={})
    unknown = await client.hear()

    assert (done["kind"], done["id"], done["result"]) == ("done", first, {"text": "hello"})
    assert (refused["kind"], refused["id"], refused["code"]) == ("refused", second, "too-loud")
    assert refused["sentence"] == "Please speak more softly."
    assert (unknown["kind"], unknown["code"]) == ("refused", "no-such-command")


@pytest.mark.parametrize(
    ("text", "code"),
    [("not json", Close.UNREADABLE), ('{"kind":"ping","x":' + "1" * 70_000 + "}", Close.TOO_LARGE)],
)
async def test_an_unreadable_frame_closes(client: Client, text: str, code: Close) -> None:
    await client.wire.send_to(text_data=text)

    assert await client.closed_with() == code


async def test_acknowledging_what_was_never_sent_closes(client: Client) -> None:
    await client.say(kind="seen", n=99)

    assert await client.closed_with() == Close.UNREADABLE


async def test_a_slow_reader_gets_a_full_window_then_one_catch_up(
    book: Book, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.say(kind="follow", topic=TOPIC, after=0)
    heard: list[dict[str, Any]] = []
    while len(heard) < sockets.WINDOW - 1:  # the welcome was the first of the window
        book.write("a line")
        heard.append(await client.hear())
    reads_when_full = book.reads
    for _ in range(500):
        book.write("while nobody reads")
    assert await client.wire.receive_nothing(timeout=0.3)
    assert book.reads <= reads_when_full + 1

    await client.say(kind="seen", n=heard[-1]["n"])
    caught_up = await client.hear()

    assert len(caught_up["items"]) == 500


async def test_a_reader_that_stays_behind_is_closed_to_resume(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "PATIENCE", 0.2)
    monkeypatch.setattr(sockets, "WINDOW", 2)
    wire = WebsocketCommunicator(Page.as_asgi(), "/live/")
    await wire.connect()
    page = Client(wire)
    await page.say(kind="follow", topic=TOPIC, after=0)
    book.write("one")

    assert await page.closed_with() == Close.TOO_SLOW


async def test_a_reader_that_takes_in_a_little_has_its_time_again_and_not_for_ever(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "PATIENCE", 0.4)
    monkeypatch.setattr(sockets, "WINDOW", 2)
    wire = WebsocketCommunicator(Page.as_asgi(), "/live/")
    await wire.connect()
    page = Client(wire)
    for _ in range(5):  # answers go out beyond the window, so it stays full after what follows
        await page.say(kind="do", command="book.echo", id=str(new_id()), body={"text": "a"})
    heard = [(await page.hear())["kind"] for _ in range(6)]
    await page.say(kind="seen", n=1)

    assert heard == ["welcome", *["done"] * 5]
    assert await wire.receive_nothing(timeout=0.5)  # its time was over, and it had moved
    assert await page.closed_with() == Close.TOO_SLOW


async def test_many_hints_while_one_read_is_under_way_become_one_more_read(
    book: Book, client: Client
) -> None:
    await client.say(kind="follow", topic=TOPIC, after=0)
    await client.say(kind="ping")
    await client.hear()
    before = book.reads

    for _ in range(200):
        book.write("a line")
    seen = 0
    while seen < 200:
        seen += len((await client.hear())["items"])

    assert seen == 200
    assert book.reads - before <= 5


async def test_a_page_that_talks_too_fast_is_told_then_closed(client: Client) -> None:
    for _ in range(21):
        await client.say(kind="do", command="book.echo", id=str(new_id()), body={"text": "hello"})
    answers = [await client.hear() for _ in range(21)]
    assert [answer["kind"] for answer in answers].count("refused") == 1
    assert next(a for a in answers if a["kind"] == "refused")["again"] is True

    for _ in range(60):
        await client.say(kind="follow", topic=TOPIC, after=0)
    assert await client.closed_with() == Close.TOO_MANY_FRAMES


def test_every_close_has_exactly_one_answer() -> None:
    assert set(THEN) == set(Close)


def test_dispatch_is_overridden_against_the_channels_that_it_was_written_for() -> None:
    """The override skips one thread hop per frame. A new Channels may do more in there: look."""
    import inspect
    from importlib.metadata import version

    from channels.consumer import AsyncConsumer

    assert version("channels") == "4.3.2"
    source = inspect.getsource(AsyncConsumer.dispatch)
    assert "aclose_old_connections" in source
    assert len(source.splitlines()) == 10
    assert sockets.Socket.dispatch is not AsyncConsumer.dispatch
