"""A call over real sockets: what passes, to whom, and what does not."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest

from scheduling.visits.models import Attendance, Frame
from tests.harness.canary import spoken
from tests.harness.live import live
from tests.patients.evidence import BOTH, events
from tests.scheduling.visits.test_frames import CANDIDATE, SDP
from tests.scheduling.visits.world import (
    admitted,
    both_in,
    enter,
    refusal,
    topic_of,
    video_visit,
    waiting,
)

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.feature("V1", "V2", "V4", "V7", "V13"),
]
to_thread = asyncio.to_thread
OFFER, ANSWER = {"kind": "offer", "sdp": SDP}, {"kind": "answer", "sdp": SDP}


async def test_from_the_waiting_room_to_the_end(world):
    cast = world.cast
    visit = await to_thread(video_visit, world)
    async with AsyncExitStack() as stack:
        ada = await enter(stack, cast.ada, visit)
        await ada.page.do("visits.arrive", visit=visit)
        await ada.join()
        cara = await enter(stack, cast.cara, visit)
        state = await cara.until(lambda state: state["state"] == "waiting")
        assert state["peer"]["here"]
        assert state["patient"]["name"]
        assert "ice_servers" not in state

        await cara.page.do("visits.admit", visit=visit)
        await cara.join()
        for guest in (ada, cara):
            state = await guest.until(lambda state: state["state"] == "live")
            guest.epoch, guest.n = state["epoch"], 0
            assert (state["seat"], state["ice_servers"]) == ("mine", [])
        assert (ada.state["polite"], cara.state["polite"]) == (True, False)

        await cara.say(OFFER)
        await ada.say(ANSWER)
        for n in range(10):
            await ada.say({"kind": "candidate", "candidate": CANDIDATE, "mid": "0", "line": n})
        (offer,) = await ada.hear(1)
        heard = await cara.hear(11)
        await cara.page.do("visits.end", visit=visit)
        over = await ada.until(lambda state: state["state"] == "ended")

    assert offer["signal"] == OFFER
    assert [item["n"] for item in heard] == [*range(1, 12)]
    assert [item["signal"].get("line") for item in heard[1:]] == [*range(10)]
    assert over["ended"]["why"] == "finished"
    told = await to_thread(events, cast.ada_record)
    wanted = ["visit.over", "visit.joined", "visit.admitted", "visit.joined", "visit.arrived"]
    assert [event for event in told if event in wanted] == wanted
    rows = await to_thread(lambda: list(Attendance.objects.order_by("from_at", "pk")))
    assert {(row.role, row.parted) for row in rows} == {("patient", "over"), ("clinician", "over")}


async def test_before_somebody_is_let_in_nothing_passes(world):
    visit = await to_thread(waiting, world)
    async with AsyncExitStack() as stack:
        ada = await enter(stack, world.cast.ada, visit)
        cara = await enter(stack, world.cast.cara, visit)
        await ada.join()
        for signal in (OFFER, ANSWER, {"kind": "restart"}):
            assert await refusal(ada.say(signal)) == "not-now"
        assert await refusal(cara.join()) == "not-now"
        assert await refusal(cara.say(OFFER, seat=str(uuid4()), epoch=1)) == "not-now"
        assert not [item for item in cara.heard + ada.heard if item["kind"] == "signal"]

    assert await to_thread(Frame.objects.count) == 0


async def test_frames_of_others_are_refused_and_on_record(world):
    cast = world.cast
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        for someone in (cast.ben, cast.dov, cast.sam, cast.max):
            page = await stack.enter_async_context(live(someone))
            frame: dict[str, Any] = {"seat": ada.seat, "epoch": ada.epoch, "n": 1, "signal": OFFER}
            assert await refusal(page.do("visits.signal", visit=visit, **frame)) == "not-found"
            assert await refusal(page.follow(topic_of(visit))) == "not-found"
            joined = page.do("visits.join", visit=visit, device=uuid4(), epoch=0)
            assert await refusal(joined) == "not-found"
        assert await cara.page.silent("items")

    told = await to_thread(events, cast.ada_record)
    assert told.count("access.refused") == 12


async def test_another_seat_or_another_epoch_is_stale(world):
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        assert await refusal(ada.say(OFFER, seat=cara.seat)) == "stale"
        assert await refusal(ada.say(OFFER, epoch=ada.epoch - 1)) == "stale"
        assert await refusal(ada.say(OFFER, epoch=ada.epoch + 1)) == "stale"
        other = await enter(stack, world.cast.ada, visit)
        other.seat, other.epoch = ada.seat, ada.epoch
        assert await refusal(other.say(OFFER)) == "stale"
        assert await cara.page.silent("items")


async def test_a_frame_that_is_sent_again_passes_once(world):
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        for _ in range(3):
            await ada.say(OFFER, n=1)
        assert await refusal(ada.say(ANSWER, n=1)) == "command-reused"
        await ada.say({"kind": "restart"}, n=2)
        heard = await cara.hear(2)

    assert [(item["n"], item["signal"]["kind"]) for item in heard] == [(1, "offer"), (2, "restart")]


async def test_a_burst_of_frames_keeps_its_order(world):
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        for n in range(1, 61):
            body = {"seat": ada.seat, "epoch": ada.epoch, "n": n}
            signal = {"kind": "candidate", "candidate": CANDIDATE, "mid": str(n), "line": 0}
            told = {"visit": str(visit), **body, "signal": signal}
            await ada.page.say(kind="do", command="visits.signal", id=str(uuid7()), body=told)
        heard = await cara.hear(60)

    assert [item["n"] for item in heard] == [*range(1, 61)]


async def test_a_flood_ends_its_own_line_and_no_other(world, settings):
    settings.SOCKET_PACE = (5, 60)
    quiet, loud = [await to_thread(admitted, world, minutes=minutes) for minutes in (5, 6)]
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, quiet)
        flooder, _ = await both_in(stack, world, loud)
        body = {"visit": str(loud), "seat": flooder.seat, "epoch": flooder.epoch}
        for n in range(1, 201):
            told = {**body, "n": n, "signal": {"kind": "restart"}}
            await flooder.page.say(kind="do", command="visits.signal", id=str(uuid7()), body=told)
        await cara.say(OFFER)
        assert (await ada.hear(1))[0]["signal"] == OFFER
        assert await flooder.page.closed() == 4429

    visits = Frame.objects.filter(visit__appointment=loud)
    assert await to_thread(visits.count) < 100


@pytest.mark.parametrize(
    "signal",
    [None, {}, {"kind": "offer"}, {"kind": "offer", "sdp": "x"}, {"kind": "bye"}, [OFFER]],
)
async def test_a_malformed_frame_is_refused_and_reaches_nobody(world, signal):
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        assert await refusal(ada.say(signal)) == "bad-input"
        assert await cara.page.silent("items")


async def test_what_passes_is_nowhere_in_clear(world):
    """The leak guard watches logs, nudges and Redis; here it is the rows."""
    visit = await to_thread(admitted, world)
    said = {"kind": "offer", "sdp": f"{SDP}a=note:{spoken('here')}\r\n"}
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        await ada.say(said)
        (heard,) = await cara.hear(1)
        row = await to_thread(Frame.objects.get)

    assert heard["signal"] == said
    assert spoken("here").encode() not in bytes(row.body_sealed or b"")


def uuid7():
    """An id as a page makes it."""
    from portal.kernel.ids import new_id

    return new_id()
