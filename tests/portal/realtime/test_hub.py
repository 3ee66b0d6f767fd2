"""The hub: from a nudge to the listeners of its group, from any thread, without waiting."""

import asyncio
import threading
from uuid import UUID

from portal.realtime.hub import Hub, Nudge

ABOUT = UUID(int=7)


class Ear:
    """Hears, and remembers."""

    def __init__(self) -> None:
        self.heard: list[Nudge] = []
        self.again = 0

    def nudged(self, nudge: Nudge) -> None:
        self.heard.append(nudge)

    def look_again(self) -> None:
        self.again += 1


def hint(group: str, sequence: int = 1) -> Nudge:
    return Nudge(group, "thread.changed", ABOUT, sequence)


async def turn() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_only_the_group_hears() -> None:
    hub, ada, ben = Hub(), Ear(), Ear()
    hub.join("thread.a", ada)
    hub.join("thread.b", ben)

    hub.publish(hint("thread.a"))
    await turn()

    assert ada.heard == [hint("thread.a")]
    assert ben.heard == []


async def test_who_left_hears_nothing_and_the_group_is_forgotten() -> None:
    hub, ada = Hub(), Ear()
    hub.join("thread.a", ada)
    hub.leave("thread.a", ada)

    hub.publish(hint("thread.a"))
    await turn()

    assert ada.heard == []
    assert hub.size() == 0


async def test_nudges_of_many_threads_arrive_at_once_and_in_order() -> None:
    hub, ada = Hub(), Ear()
    hub.join("thread.a", ada)

    def push(first: int) -> None:
        for sequence in range(first, first + 500):
            hub.publish(hint("thread.a", sequence))

    pushers = [threading.Thread(target=push, args=(k * 1000,)) for k in range(8)]
    for pusher in pushers:
        pusher.start()
    while any(pusher.is_alive() for pusher in pushers):
        await asyncio.sleep(0.001)
    await turn()

    assert len(ada.heard) == 4000
    for k in range(8):
        mine = [n.sequence for n in ada.heard if k * 1000 <= n.sequence < k * 1000 + 500]
        assert mine == sorted(mine)


async def test_a_nudge_from_a_thread_wakes_the_loop() -> None:
    hub, heard = Hub(), asyncio.Event()

    class Waiter(Ear):
        def nudged(self, nudge: Nudge) -> None:
            heard.set()

    hub.join("thread.a", Waiter())
    threading.Thread(target=hub.publish, args=(hint("thread.a"),)).start()

    # The loop has nothing else to do: were it not woken, this would wait for the full minute.
    async with asyncio.timeout(60):
        started = asyncio.get_running_loop().time()
        await heard.wait()
    assert asyncio.get_running_loop().time() - started < 30


def test_without_a_loop_the_relay_still_gets_them() -> None:
    passed: list[Nudge] = []

    class Wire:
        silent = False

        def pass_on(self, nudges: list[Nudge]) -> None:
            passed.extend(nudges)

        async def listen(self) -> None:
            raise AssertionError("nobody listens here")

    hub = Hub()
    hub.relay = Wire()
    hub.publish(hint("thread.a"))
    hub.publish(hint("thread.a", 2))

    assert [n.sequence for n in passed] == [1, 2]
