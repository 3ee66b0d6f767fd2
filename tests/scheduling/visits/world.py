"""Scenes of video visits, built by calling actions as their actors."""

from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from portal.kernel import clock, door
from portal.kernel.actor import Actor, person_actor
from portal.kernel.ids import new_id
from scheduling.visits import actions
from tests.cast import Someone
from tests.harness.live import Page, Refused, live
from tests.world import World


def video_visit(world: World, *, minutes: int = 5, length: int = 30) -> UUID:
    """Ada's video visit with Dr Cara, which begins in so many minutes."""
    cast = world.cast
    return booked(cast.ada_record, cast.cara.id, cast.sam.id, minutes=minutes, length=length)


def booked(
    record: UUID, clinician: UUID, coordinator: UUID, *, minutes: int = 5, length: int = 30
) -> UUID:
    """A video visit of this patient with this clinician, booked by a coordinator."""
    from scheduling.models import Appointment, VisitType
    from tests.harness.write_guard import guard

    starts_at = clock.now() + timedelta(minutes=minutes)
    with guard.off("a stand-in for booking"):
        kind = VisitType.objects.create(name="Follow-up", minutes=length, by_video=True)
        return Appointment.objects.create(
            patient_id=record,
            clinician_id=clinician,
            visit_type=kind,
            mode="video",
            state="booked",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=length),
            zone="Europe/Berlin",
            wall_start="2026-11-24T12:00",
            patient_zone="Europe/Berlin",
            made_by=coordinator,
        ).pk


def admitted_among(record: UUID, patient: UUID, clinician: UUID, coordinator: UUID) -> UUID:
    """The same, and the patient came and was let in: for a process that has no cast."""
    appointment = booked(record, clinician, coordinator)
    do(actions.arrive, person_actor(patient, frozenset({"patient"})), appointment)
    do(actions.admit, person_actor(clinician, frozenset({"clinician"})), appointment)
    return appointment


def do(action: Any, someone: Someone | Actor, *given: Any, **more: Any) -> Any:
    """The action is carried out, once."""
    actor = someone if isinstance(someone, Actor) else someone.actor
    return door.run(action, actor, *given, command_id=new_id(), **more)


def at_socket(someone: Someone, socket: str) -> Actor:
    """They act over a socket of this name."""
    return someone.actor.asking(socket, "socket")


def waiting(world: World, **given: Any) -> UUID:
    """The same, and Ada waits."""
    appointment = video_visit(world, **given)
    do(actions.arrive, world.cast.ada, appointment)
    return appointment


def admitted(world: World, **given: Any) -> UUID:
    """The same, and Dr Cara let her in."""
    appointment = waiting(world, **given)
    do(actions.admit, world.cast.cara, appointment)
    return appointment


def ended(world: World, **given: Any) -> UUID:
    """The same, and it is over."""
    appointment = admitted(world, **given)
    do(actions.end, world.cast.cara, appointment)
    return appointment


def topic_of(appointment: UUID) -> str:
    """The topic of a visit."""
    return f"visit.{appointment.hex}"


@dataclass
class Guest:
    """One page of somebody in a visit, as its script goes about it."""

    page: Page
    appointment: UUID
    device: UUID = field(default_factory=uuid4)
    seat: str = ""
    epoch: int = 0
    n: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    last: int = 0

    async def follow(self, after: int = 0) -> None:
        """The visit is followed."""
        await self.page.follow(topic_of(self.appointment), after=after)

    async def join(self, *, epoch: int = 0) -> None:
        """The seat is taken."""
        told = await self.page.do(
            "visits.join", visit=self.appointment, device=self.device, epoch=epoch
        )
        self.seat, self.n = told["seat"], self.n if told["epoch"] == self.epoch else 0
        self.epoch = told["epoch"]

    async def say(self, signal: dict[str, Any], **other: Any) -> Any:
        """A frame is on its way."""
        self.n += 1
        told: dict[str, Any] = {"seat": self.seat, "epoch": self.epoch, "n": self.n} | other
        return await self.page.do("visits.signal", visit=self.appointment, signal=signal, **told)

    async def take(self) -> None:
        """One more delivery is taken in."""
        frame = await self.page.hear("items", topic=topic_of(self.appointment))
        for item in frame["items"]:
            if item["sequence"] <= self.last:
                continue
            if item["kind"] == "state":
                self.state = item
            else:
                self.heard.append(item)
        self.last = max(self.last, frame["last"])

    async def until(self, true: Any) -> dict[str, Any]:
        """The state of the visit, once this is true of it."""
        while not (self.state and true(self.state)):
            await self.take()
        return self.state

    async def hear(self, count: int) -> list[dict[str, Any]]:
        """The first frames, so many of them."""
        while len(self.heard) < count:
            await self.take()
        return self.heard[:count]


async def enter(stack: AsyncExitStack, someone: Someone, appointment: UUID, **given: Any) -> Guest:
    """A page of theirs that follows the visit."""
    guest = Guest(await stack.enter_async_context(live(someone)), appointment, **given)
    await guest.follow()
    return guest


async def both_in(stack: AsyncExitStack, world: World, appointment: UUID) -> tuple[Guest, Guest]:
    """Ada and Dr Cara, both in the call and told so."""
    ada = await enter(stack, world.cast.ada, appointment)
    cara = await enter(stack, world.cast.cara, appointment)
    await ada.join()
    await cara.join()
    for guest in (ada, cara):
        state = await guest.until(lambda state: state["state"] == "live")
        guest.epoch = state["epoch"]
        guest.n = 0
    return ada, cara


def cancel(world: World, appointment: UUID) -> None:
    """The appointment is cancelled."""
    from scheduling.models import Appointment
    from tests.harness.write_guard import guard

    with guard.off("a stand-in for cancelling"):
        Appointment.objects.filter(pk=appointment).update(state="cancelled", ended_at=clock.now())


async def refusal(asked: Awaitable[Any]) -> str:
    """The code with which it is refused."""
    with pytest.raises(Refused) as refused:
        await asked
    return refused.value.code
