"""A call over real sockets: what passes, to whom, and what does not."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest

from patients import actions as patients
from patients.models import Proxy
from portal.accounts import actions as accounts
from portal.kernel import door
from scheduling.visits.models import Attendance, Frame, Seat
from tests.cast import WORK
from tests.harness.canary import spoken
from tests.harness.live import Refused, live
from tests.patients.evidence import BOTH, events
from tests.scheduling.visits.test_frames import CANDIDATE, SDP
from tests.scheduling.visits.world import (
    admitted,
    both_in,
    ended,
    enter,
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


async def test_a_flood_ends_its_own_line_and_no_other(world):
    quiet, loud = [await to_thread(admitted, world, minutes=minutes) for minutes in (5, 6)]
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, quiet)
        flooder, _ = await both_in(stack, world, loud)
        body = {"visit": str(loud), "seat": flooder.seat, "epoch": flooder.epoch}
        for n in range(1, 501):
            told = {**body, "n": n, "signal": {"kind": "restart"}}
            await flooder.page.say(kind="do", command="visits.signal", id=str(uuid7()), body=told)
        await cara.say(OFFER)
        assert (await ada.hear(1))[0]["signal"] == OFFER
        assert await flooder.page.closed() == 4429

    visits = Frame.objects.filter(visit__appointment=loud)
    assert await to_thread(visits.count) <= 100


async def test_whoever_comes_back_hears_what_was_said_meanwhile(world):
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        await ada.page.leave()
        state = await cara.until(lambda state: state["peer"]["seat"] == "away")
        assert state["peer"]["here"]
        assert state["state"] == "live"
        await cara.say(OFFER)

        again = await enter(stack, world.cast.ada, visit, device=ada.device)
        again.epoch = ada.epoch
        await again.join(epoch=ada.epoch)
        (offer,) = await again.hear(1)

    assert (again.seat, again.epoch) == (ada.seat, ada.epoch)
    assert offer["signal"] == OFFER


async def test_a_second_device_takes_the_seat_and_the_first_is_told(world):
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        await cara.say(OFFER)
        laptop = await enter(stack, world.cast.ada, visit)
        await laptop.join()

        state = await ada.until(lambda state: state["seat"] == "elsewhere")
        assert "ice_servers" not in state
        assert await refusal(ada.say(ANSWER)) == "stale"
        state = await cara.until(lambda state: state["epoch"] == laptop.epoch)
        assert state["state"] == "live"
        assert await refusal(cara.say(OFFER)) == "stale"
        cara.epoch, cara.n = state["epoch"], 0
        await cara.say({"kind": "restart"})
        (heard,) = await laptop.hear(1)
        assert heard["signal"] == {"kind": "restart"}
        # The old page goes; that takes nothing from the new one.
        await ada.page.leave()
        await cara.say(OFFER)
        assert [item["signal"] for item in await laptop.hear(2)][1] == OFFER

    assert await to_thread(Attendance.objects.filter(role="patient").count) == 1


async def test_the_proxy_may_come_instead_but_not_beside(world):
    cast = world.cast
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        pia = await enter(stack, cast.pia, visit)
        await pia.join()
        ada = await enter(stack, cast.ada, visit)
        assert await refusal(ada.join()) == "seat-taken"
        await pia.page.do("visits.leave", visit=visit)
        await ada.until(lambda state: state["seat"] == "none")
        # Whoever was let in has gone: who comes next waits to be let in.
        await ada.join()
        await ada.until(lambda state: state["state"] == "waiting")


async def test_a_right_that_ended_ends_the_seat_and_nothing_more_arrives(world):
    cast = world.cast
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        pia = await enter(stack, cast.pia, visit)
        cara = await enter(stack, cast.cara, visit)
        await pia.join()
        await cara.join()
        await cara.until(lambda state: state["state"] == "live")
        await to_thread(end_proxy, cast)

        state = await cara.until(lambda state: state["peer"]["seat"] == "gone")
        cara.epoch, cara.n = state["epoch"], 0
        assert await refusal(cara.say(OFFER)) == "nobody-there"
        assert not pia.heard

    seat = await to_thread(lambda: Seat.objects.get(side="patient"))
    assert seat.is_left


async def test_whoever_is_signed_out_in_a_call_loses_socket_and_seat(world):
    cast = world.cast
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        await to_thread(door.run, accounts.close_person, WORK, cast.ada.id)
        assert await ada.page.closed() == 4401
        state = await cara.until(lambda state: state["peer"]["seat"] == "gone")

    assert state["state"] == "live"
    assert not state["peer"]["here"]


async def test_a_patient_who_leaves_does_not_end_the_visit_and_waits_again(world):
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        await ada.page.do("visits.leave", visit=visit)
        state = await cara.until(lambda state: state["peer"]["seat"] == "gone")
        assert state["state"] == "live"
        await ada.join()
        state = await cara.until(lambda state: state["state"] == "waiting")
        assert state["seat"] == "none"
        assert await refusal(ada.say(OFFER)) == "not-now"
        await cara.page.do("visits.admit", visit=visit)
        await cara.join()
        await ada.until(lambda state: state["state"] == "live")


async def test_sent_back_means_silence(world):
    visit = await to_thread(admitted, world)
    async with AsyncExitStack() as stack:
        ada, cara = await both_in(stack, world, visit)
        await cara.say(OFFER)
        await cara.page.do("visits.back", visit=visit)
        state = await ada.until(lambda state: state["state"] == "waiting")
        assert state["seat"] == "mine"
        assert "ice_servers" not in state
        for guest in (ada, cara):
            assert await refusal(guest.say(ANSWER)) == "not-now"


async def test_what_has_ended_is_ended(world):
    visit = await to_thread(ended, world)
    async with AsyncExitStack() as stack:
        ada = await enter(stack, world.cast.ada, visit)
        cara = await enter(stack, world.cast.cara, visit)
        assert await refusal(ada.page.do("visits.arrive", visit=visit)) == "already-over"
        assert await refusal(ada.join()) == "already-over"
        assert await refusal(cara.join()) == "already-over"
        for name in ("admit", "back", "end"):
            assert await refusal(cara.page.do(f"visits.{name}", visit=visit)) == "already-over"


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


async def refusal(asked) -> str:
    """The code with which it is refused."""
    with pytest.raises(Refused) as refused:
        await asked
    return refused.value.code


def end_proxy(cast) -> None:
    """Pia acts for Ada no more."""
    grant = Proxy.objects.get(person=cast.pia.id)
    door.run(patients.end_proxy, WORK, grant.pk)


def uuid7():
    """An id as a page makes it."""
    from portal.kernel.ids import new_id

    return new_id()
