"""Visits on real servers: killed in the middle, and with the two seats in two processes."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from uuid import UUID

import pytest
from django.conf import settings

from tests.cast import Cast
from tests.harness import live as wires
from tests.harness.live import live_at
from tests.harness.processes import Server
from tests.patients.evidence import BOTH
from tests.scheduling.visits.test_frames import CANDIDATE, SDP
from tests.scheduling.visits.world import Guest

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.feature("V1", "V7"),
    pytest.mark.slow,
]
to_thread = asyncio.to_thread
SCENE = """
from uuid import UUID
from tests.scheduling.visits.world import admitted_among
told = admitted_among(UUID("{record}"), UUID("{ada}"), UUID("{cara}"), UUID("{sam}"))
print("VISIT", told)
"""


async def test_a_server_that_is_killed_keeps_seats_and_what_was_on_its_way(clinic, server, cast):
    visit = await to_thread(admitted_visit, server, cast)
    ada, cara = [await to_thread(clinic.sign_in, server, who) for who in (cast.ada, cast.cara)]
    async with AsyncExitStack() as stack:
        first = await guests(stack, visit, (server, ada), (server, cara))
        await first[1].say({"kind": "offer", "sdp": SDP})
        await to_thread(server.restart)

    async with AsyncExitStack() as stack:
        again = [
            Guest(
                await stack.enter_async_context(live_at(server.address, browser.cookie)),
                visit,
                device=former.device,
                epoch=former.epoch,
            )
            for former, browser in zip(first, (ada, cara), strict=True)
        ]
        for guest, former in zip(again, first, strict=True):
            await guest.follow()
            await guest.join(epoch=former.epoch)
            assert (guest.seat, guest.epoch) == (former.seat, former.epoch)
        (offer,) = await again[0].hear(1)
        assert offer["signal"]["sdp"] == SDP
        assert again[0].state["state"] == "live"
        await again[0].say({"kind": "answer", "sdp": SDP}, n=1)
        (answer,) = await again[1].hear(1)
        assert answer["signal"]["kind"] == "answer"


@pytest.mark.scaled
@pytest.mark.skipif(not settings.REDIS_URL, reason="one process is all of embedded mode")
async def test_the_two_seats_may_be_in_two_processes(clinic, server, cast):
    visit = await to_thread(admitted_visit, server, cast)
    ada, cara = [await to_thread(clinic.sign_in, server, who) for who in (cast.ada, cast.cara)]
    with clinic.server("--web") as other:
        async with AsyncExitStack() as stack:
            one, two = await guests(stack, visit, (server, ada), (other, cara))
            await two.say({"kind": "offer", "sdp": SDP})
            for n in range(30):
                signal = {"kind": "candidate", "candidate": CANDIDATE, "mid": "0", "line": n}
                await one.say(signal)
            assert (await one.hear(1))[0]["signal"]["sdp"] == SDP
            heard = await two.hear(30)
            assert [item["signal"]["line"] for item in heard] == [*range(30)]

            # The process of one seat dies: the other hears of it, and the seat is kept.
            await to_thread(other.kill)
            with longer(30):
                state = await one.until(lambda state: state["peer"]["seat"] == "away")
            assert state["state"] == "live"


@contextmanager
def longer(seconds: float) -> Iterator[None]:
    """Pages wait so long for a frame."""
    before, wires.SOON = wires.SOON, seconds
    try:
        yield
    finally:
        wires.SOON = before


def admitted_visit(server: Server, cast: Cast) -> UUID:
    """A visit of Ada's on this server's data, to which Dr Cara let her in."""
    people = {key: cast.people[key].id for key in ("ada", "cara", "sam")}
    scene = SCENE.format(record=cast.ada_record, **people)
    said = server.manage("shell", "-c", scene)
    found = [line for line in said.stdout.splitlines() if line.startswith("VISIT ")]
    assert found, said.stderr
    return UUID(found[0].split()[1])


async def guests(stack: AsyncExitStack, visit: UUID, *where) -> list[Guest]:
    """Two in the call, each over this server with this browser."""
    found = []
    for server, browser in where:
        page = await stack.enter_async_context(live_at(server.address, browser.cookie))
        found.append(Guest(page, visit))
    for guest in found:
        await guest.follow()
        await guest.join()
    for guest in found:
        state = await guest.until(lambda state: state["state"] == "live")
        guest.epoch, guest.n = state["epoch"], 0
    return found
