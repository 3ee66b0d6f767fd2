"""The harness's own page: it holds a whole conversation with the whole application."""

import asyncio

import pytest

from messaging.readings import Line
from portal.realtime.codes import Close
from tests.harness.canary import spoken
from tests.harness.live import Closed, Refused, knock, live, topic_of
from tests.harness.pages import delivered, page_is_socket, shown_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def thread(world):
    """A thread of Ada's with three messages."""
    return world.thread(replies=2)


async def test_what_one_writes_the_other_hears(thread, ada, cara):
    async with live(ada) as hers, live(cara) as theirs:
        await theirs.follow(topic_of(thread), after=3)

        said = await hers.do("messaging.reply", thread=thread, text=spoken("It got worse"))
        heard = await theirs.items(topic_of(thread), upto=4)

    assert said["sequence"] == 4
    assert [item["text"] for item in heard] == [spoken("It got worse")]


async def test_a_refusal_has_its_code(thread, ben, ada):
    async with live(ben) as page:
        with pytest.raises(Refused, match="not-found"):
            await page.follow(topic_of(thread))
        with pytest.raises(Refused, match="not-found"):
            await page.do("messaging.reply", thread=thread, text=spoken("Hello"))


@pytest.mark.parametrize(
    "given",
    [{"cookie": ""}, {"cookie": "x" * 32}, {"origin": "https://evil.example"}, {"origin": None}],
)
async def test_a_stranger_is_not_let_in(given, ada):
    cookie = await asyncio.to_thread(ada.start_session)

    assert await knock(**{"cookie": cookie} | given) is None


async def test_a_close_has_its_code(ada):
    async with live(ada) as page:
        await page.say_text("{")

        assert await page.closed() == Close.UNREADABLE
        with pytest.raises((Closed, TimeoutError)):
            async with asyncio.timeout(0.1):
                await page.hear("pong")


async def test_the_page_and_the_socket_show_the_same(thread, world, ada, pia, cara):
    def act() -> None:
        world.reply(thread, by=pia)
        world.reply(thread, by=ada)
        world.close(thread)

    after = await page_is_socket(ada, thread, act)

    assert [shown.sequence for shown in after] == [1, 2, 3, 4, 5, 6]
    assert after[3].patient
    assert after[4].mine


async def test_a_socket_that_says_something_else_is_noticed(thread, world, ada, monkeypatch):
    monkeypatch.setattr("messaging.readings.lines.Line.as_item", crooked(Line.as_item))

    with pytest.raises(AssertionError):
        await page_is_socket(ada, thread, lambda: world.reply(thread))


def crooked(as_item):
    """The same with another text."""
    return lambda line: as_item(line) | {"text": "something else"}


def test_a_difference_between_page_and_socket_would_be_seen():
    item = {
        "sequence": 1,
        "kind": "message",
        "author": {"name": "Ada"},
        "behalf": None,
        "mine": False,
        "text": "a < b",
    }
    page = '<li data-sequence="1"><b data-slot="name">Ada</b><p data-slot="text">a &lt; b</p></li>'

    assert delivered([item]) == shown_on(page)
    assert delivered([item | {"text": "a"}]) != shown_on(page)
    assert delivered([item | {"mine": True}]) != shown_on(page)
    assert delivered([item | {"behalf": "Ben"}]) != shown_on(page)
