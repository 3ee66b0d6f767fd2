"""Whoever loses the right to a visit in mid-call is out within a second, and it is said why."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from patients import actions as patients
from patients.models import Proxy
from portal.accounts import actions as accounts
from portal.kernel import clock, door
from portal.realtime.nudge import hub
from tests.cast import WORK
from tests.harness.live import live
from tests.harness.write_guard import guard
from tests.scheduling.visits.world import Guest, admitted

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.feature("I9"),
]


async def grant_ends(world: Any) -> None:
    grant = await Proxy.objects.aget(person=world.cast.pia.id)
    await door.arun(patients.end_proxy, WORK, grant.pk)


async def account_closes(world: Any) -> None:
    await door.arun(accounts.close_person, WORK, world.cast.pia.id)


@pytest.mark.parametrize("nudged", [True, False], ids=["nudged", "redis-down"])
@pytest.mark.parametrize(
    ("ending", "why"), [(grant_ends, "no-right"), (account_closes, "signed-out")]
)
async def test_a_proxy_is_out_of_the_call(
    world: Any, ending: Any, why: str, nudged: bool, monkeypatch: pytest.MonkeyPatch
):
    appointment = await asyncio.to_thread(admitted, world)
    async with live(world.cast.pia) as theirs, live(world.cast.cara) as hers:
        pia, cara = Guest(theirs, appointment), Guest(hers, appointment)
        for guest in (pia, cara):
            await guest.follow()
            await guest.join()
        await cara.until(lambda state: state["state"] == "live")

        with monkeypatch.context() as patched:
            if not nudged:
                patched.setattr(hub(), "publish", lambda nudge: None)
            await ending(world)
        began = time.monotonic()
        state = await cara.until(lambda state: not state["peer"]["here"])

    assert state["peer"]["why"] == why
    assert time.monotonic() - began < 1


async def test_a_right_that_runs_out_by_the_clock_ends_the_call_although_nobody_is_nudged(
    world: Any,
):
    appointment = await asyncio.to_thread(admitted, world)
    async with live(world.cast.pia) as theirs, live(world.cast.cara) as hers:
        pia, cara = Guest(theirs, appointment), Guest(hers, appointment)
        for guest in (pia, cara):
            await guest.follow()
            await guest.join()
        await cara.until(lambda state: state["state"] == "live")

        await asyncio.to_thread(ends_in_two_seconds, world.cast.pia.id)
        state = await cara.until(lambda state: not state["peer"]["here"])

    assert state["peer"]["why"] == "no-right"


def ends_in_two_seconds(person: Any) -> None:
    """As if it were the evening of the last day of a grant."""
    with guard.off("the last day of a grant"):
        ends_at = clock.now() + timedelta(seconds=2)
        Proxy.objects.filter(person=person).update(ends_at=ends_at)
