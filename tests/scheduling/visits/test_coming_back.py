"""Leaving, coming back, another device, a right that ended: who keeps the seat, who does not."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from patients import actions as patients
from patients.models import Proxy
from portal.accounts import actions as accounts
from portal.kernel import door
from scheduling.visits.models import Attendance, Seat
from tests.cast import WORK
from tests.patients.evidence import BOTH
from tests.scheduling.visits.test_frames import SDP
from tests.scheduling.visits.world import (
    admitted,
    both_in,
    ended,
    enter,
    refusal,
)

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.feature("V1", "V7", "V13"),
]
to_thread = asyncio.to_thread
OFFER, ANSWER = {"kind": "offer", "sdp": SDP}, {"kind": "answer", "sdp": SDP}


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


def end_proxy(cast) -> None:
    """Pia acts for Ada no more."""
    grant = Proxy.objects.get(person=cast.pia.id)
    door.run(patients.end_proxy, WORK, grant.pk)
