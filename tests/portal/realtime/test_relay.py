"""The relay: what it does while Redis is away, and that it ends when it is told to."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from portal.realtime import relay
from portal.realtime.hub import Hub, Nudge
from portal.realtime.relay import LayerRelay


class Listener:
    """Counts how often it was told to look again."""

    def __init__(self) -> None:
        self.again = 0
        self.heard: list[Nudge] = []

    def nudged(self, nudge: Nudge) -> None:
        self.heard.append(nudge)

    def look_again(self) -> None:
        self.again += 1


class Swallowing:
    """A layer whose client, like the real one while it connects, swallows one cancellation."""

    def __init__(self) -> None:
        self.swallowed = 0

    async def _connecting(self) -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            self.swallowed += 1

    async def group_send(self, *_: Any) -> None:
        await self._connecting()

    async def new_channel(self, *_: Any) -> str:
        await self._connecting()
        return "here"

    async def group_add(self, *_: Any) -> None:
        return

    async def receive(self, *_: Any) -> Any:
        await asyncio.sleep(0.01)
        return {"rows": []}


class Away:
    """A layer that has lost its Redis."""

    async def _fail(self, *_: Any) -> Any:
        raise OSError

    group_send = new_channel = group_add = receive = _fail


async def test_a_swallowed_request_to_stop_still_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = Swallowing()
    monkeypatch.setattr(relay, "_layer", lambda: layer)
    listening = asyncio.create_task(LayerRelay(Hub()).listen())
    await asyncio.sleep(0.05)

    listening.cancel()
    done, _ = await asyncio.wait({listening}, timeout=5)

    assert listening in done
    assert layer.swallowed


async def test_while_redis_is_away_everybody_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "_layer", Away)
    monkeypatch.setattr(relay, "SILENCE", 0.05)
    monkeypatch.setattr(relay, "LOOK_AGAIN", 0.05)
    hub, ear = Hub(), Listener()
    hub.join("thread.a", ear)
    made = LayerRelay(hub)
    listening = asyncio.create_task(made.listen())
    while ear.again < 3:
        await asyncio.sleep(0.01)

    made._take({"from": made._me, "rows": []})

    assert ear.again == 4, "once more when the pulse is back"
    assert not made.silent
    listening.cancel()
    await asyncio.wait({listening}, timeout=5)


async def test_nudges_of_other_processes_are_delivered_and_its_own_are_not_again() -> None:
    hub, ear = Hub(), Listener()
    hub.join("thread.a", ear)
    made = LayerRelay(hub)
    row = ["thread.a", "thread.changed", UUID(int=7).hex, 3]

    made._take({"from": "another", "rows": [row]})
    made._take({"from": made._me, "rows": [row]})

    assert ear.heard == [Nudge("thread.a", "thread.changed", UUID(int=7), 3)]


class Stumbling:
    """A layer that loses the first message and passes the others on to another process."""

    def __init__(self, other: LayerRelay) -> None:
        self.other, self.lost = other, 0

    async def group_send(self, _: str, message: dict[str, Any]) -> None:
        if not self.lost:
            self.lost += 1
            raise OSError
        self.other._take(message)


async def test_what_one_process_could_not_pass_on_the_others_look_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub, ear = Hub(), Listener()
    hub.join("thread.a", ear)
    layer, sender = Stumbling(LayerRelay(hub)), LayerRelay(Hub())
    monkeypatch.setattr(relay, "_layer", lambda: layer)
    nudges = [Nudge("thread.a", "thread.changed", UUID(int=7), 3)]

    sender.pass_on(nudges)
    assert sender._sending
    await sender._sending
    assert (layer.lost, ear.heard, ear.again) == (1, [], 0)
    await sender._send([])
    await sender._send([])

    # Its pulse carried the debt, once.
    assert ear.again == 1
