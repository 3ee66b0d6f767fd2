"""A thread and a visit over a line that tears, goes silent, comes back: nothing lost or twice."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.harness.proxy import Faults, Proxy, proxy
from tests.journeys import steps, video
from tests.journeys.browsers import Watch
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.timeout(240)

SLOW = Faults(delay=0.02, split=1400)
BACK = 60_000
"""Milliseconds. A silent line is noticed after some 28 seconds."""


@dataclass
class Line:
    """The proxy, for whoever is in another thread, and a house that is reached over it."""

    proxy: Proxy
    loop: asyncio.AbstractEventLoop
    house: House

    def do(self, act: Callable[[], None]) -> None:
        """It is done."""
        done = threading.Event()
        self.loop.call_soon_threadsafe(act)
        self.loop.call_soon_threadsafe(done.set)
        assert done.wait(10)


@pytest.fixture
def line(studio: House, filming: "Browser", watch: Watch) -> Iterator[Line]:
    """Whoever is here reaches the portal over a line with faults."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    stack = proxy(("127.0.0.1", studio.portal.ports[0]), faults=SLOW)
    made = asyncio.run_coroutine_threadsafe(stack.__aenter__(), loop).result(10)
    house = House(studio.portal, filming, watch, address=f"http://localhost:{made.port}")
    house.learn()
    yield Line(made, loop, house)
    house.close()
    studio.close()
    asyncio.run_coroutine_threadsafe(stack.__aexit__(None, None, None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.mark.feature("M5")
def test_a_thread_over_a_line_that_tears_and_goes_silent(line: Line, studio: House):
    page = line.house.open("imani")
    address = steps.write(page, "Over a poor line", "The first line")
    desk = studio.open("okafor", address)
    for each in (page, desk):
        steps.connection(each, steps.LIVE).wait_for()

    said = ["The first line"]
    for number in range(4):
        fault = line.proxy.reset_all if number % 2 else line.proxy.cut
        for sender, who in ((page, "Imani"), (desk, "Miriam")):
            said.append(f"{who}, {number}")
            steps.send(sender, said[-1])
            line.do(fault)
        line.do(line.proxy.heal)
    line.do(line.proxy.hush)
    said.append("Into the silence")
    steps.send(page, said[-1])
    page.wait_for_timeout(1_000)
    line.do(line.proxy.heal)

    for text in said:
        for each in (page, desk):
            steps.line(each, text).wait_for(timeout=BACK)
    texts = [text for _, _, text in steps.transcript(page)]
    assert sorted(texts) == sorted(said)
    assert steps.transcript(page) == steps.transcript(desk)


@pytest.mark.feature("V4", "V7")
def test_a_visit_whose_signals_go_over_a_line_that_tears(line: Line, studio: House):
    path = video.book(studio, "imani")
    hers = video.arrive(line.house, "imani", path)
    theirs = video.enter(studio, "okafor", path)
    theirs.get_by_role("heading", name="is here").wait_for()
    video.admit(theirs)
    for _ in range(4):
        line.do(line.proxy.reset_all)
        hers.wait_for_timeout(400)
    for page in (hers, theirs):
        video.see(page)
        video.line(page, "live")

    line.do(line.proxy.cut)
    hers.locator("[data-socket=lost]").wait_for()
    hers.get_by_role("button", name="Camera off").click()
    assert video.moves(hers)
    line.do(line.proxy.heal)
    theirs.locator("main").get_by_text("has the camera off").wait_for(timeout=BACK)
    line.do(line.proxy.hush)
    assert video.moves(hers)
    line.do(line.proxy.heal)
    hers.get_by_role("button", name="Camera on").click()

    theirs.locator("main").get_by_text("has the camera off").wait_for(state="hidden", timeout=BACK)
    for page in (hers, theirs):
        video.see(page)
    assert theirs.get_by_role("button", name="Let them in").count() == 0
