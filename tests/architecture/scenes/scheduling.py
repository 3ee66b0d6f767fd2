"""Scenes of visits and of the clinic's calendar."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse

from portal.kernel import clock, door
from portal.kernel.ids import new_id
from scheduling import actions
from scheduling.models import VisitType
from tests.architecture.access import Ask, Scene, page
from tests.cast import Someone
from tests.scheduling.world import Times
from tests.world import World

Make = Callable[[Times], UUID]


def held(times: Times) -> UUID:
    """A time that Ada keeps with Dr Cara."""
    return times.hold(times.open()).pk


def booked(times: Times) -> UUID:
    """A visit of Ada's with Dr Cara, far enough off to be changed."""
    kind = times.open()
    late = times.slots(kind, first=clock.now().date() + timedelta(days=4))[0]
    return times.book(kind, late.starts_at).pk


def of_visit(name: str, make: Make, **fields: Any) -> Scene:
    """A page or form of a visit of Ada's."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        told = {"command_id": new_id(), **fields}
        return Ask(reverse(name, args=[make(Times(world))]), told)

    return scene


def moving(world: World, _someone: Someone, _key: str) -> Ask:
    """Ada's visit, to be moved by a quarter of an hour."""
    times = Times(world)
    kind = times.open()
    near, later = times.slots(kind, first=clock.now().date() + timedelta(days=4))[:2]
    row = times.book(kind, near.starts_at)
    fields = picked(kind, times, later.starts_at)
    return Ask(reverse("scheduling:move", args=[row.pk]), fields)


def kinds(world: World, _someone: Someone, _key: str) -> Ask:
    """What can be booked for Ada."""
    Times(world).open()
    return Ask(f"{reverse('scheduling:book')}?patient={world.cast.ada_record}")


def holding(world: World, _someone: Someone, _key: str) -> Ask:
    """A time for Ada."""
    times = Times(world)
    kind = times.open()
    at = times.slots(kind)[0].starts_at
    return Ask(reverse("scheduling:hold"), picked(kind, times, at))


def picked(kind: VisitType, times: Times, at: Any) -> dict[str, Any]:
    """What the page of times sends when this one is pressed."""
    cast = times.world.cast
    return {
        "command_id": new_id(),
        "patient": cast.ada_record,
        "kind": kind.pk,
        "mode": kind.modes[0],
        "slot": f"{cast.cara.id.hex}.{int(at.timestamp())}",
    }


def hours_of_cara(world: World, _someone: Someone, _key: str) -> Ask:
    """The week of Dr Cara."""
    return Ask(f"{reverse('scheduling:hours')}?person={world.cast.cara.id}")


def set_hours(world: World, _someone: Someone, _key: str) -> Ask:
    """Dr Cara is here on Mondays."""
    fields = {
        "command_id": new_id(),
        "zone": "Europe/Berlin",
        "valid_from": clock.now().date().isoformat(),
        "day0": "9-12",
    }
    return Ask(reverse("scheduling:set-hours", args=[world.cast.cara.id]), fields)


def away(world: World, _someone: Someone, _key: str) -> Ask:
    """Dr Cara is away tomorrow."""
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    fields = {
        "command_id": new_id(),
        "person": world.cast.cara.id,
        "kind": "away",
        "occasion": "leave",
        "first": day,
        "first_time": "08:00",
        "last": day,
        "last_time": "18:00",
    }
    return Ask(reverse("scheduling:add-exception"), fields)


def back_again(world: World, _someone: Someone, _key: str) -> Ask:
    """Dr Cara is not away after all."""
    start = clock.now().replace(tzinfo=None, second=0, microsecond=0) + timedelta(days=1)
    row = door.run(
        actions.add_absence,
        world.cast.cara.actor,
        world.cast.cara.id,
        start,
        start + timedelta(hours=3),
        command_id=new_id(),
    )
    fields = {"command_id": new_id(), "person": world.cast.cara.id}
    return Ask(reverse("scheduling:remove-exception", args=[row.pk]), fields)


def offering(world: World, _someone: Someone, _key: str) -> Ask:
    """Nobody offers this kind of visit any more."""
    kind = Times(world).kind()
    return Ask(reverse("scheduling:offer", args=[kind.pk]), {"command_id": new_id()})


def defining(_world: World, _someone: Someone, _key: str) -> Ask:
    """A new kind of visit."""
    fields = {
        "command_id": new_id(),
        "name": "Blood pressure",
        "minutes": 10,
        "modes": ["in-person"],
        "before_minutes": 0,
        "after_minutes": 0,
        "step_minutes": 10,
        "notice_hours": 1,
        "cutoff_hours": 24,
        "horizon_days": 30,
        "is_active": "on",
    }
    return Ask(reverse("scheduling:types"), fields)


SCENES: dict[str, Scene] = {
    "GET scheduling:visits": page("scheduling:visits"),
    "GET scheduling:book": kinds,
    "POST scheduling:hold": holding,
    "GET scheduling:zone": page("scheduling:zone"),
    "POST scheduling:zone": page("scheduling:zone", zone="America/New_York"),
    "GET scheduling:booking": of_visit("scheduling:booking", booked),
    "POST scheduling:confirm": of_visit("scheduling:confirm", held),
    "POST scheduling:extend": of_visit("scheduling:extend", held),
    "POST scheduling:release": of_visit("scheduling:release", held),
    "GET scheduling:move": of_visit("scheduling:move", booked),
    "POST scheduling:move": moving,
    "GET scheduling:cancel": of_visit("scheduling:cancel", booked),
    "POST scheduling:cancel": of_visit("scheduling:cancel", booked, why="ill"),
    "GET scheduling:ics": of_visit("scheduling:ics", booked),
    "GET scheduling:day": page("scheduling:day"),
    "GET scheduling:find": page("scheduling:find"),
    "POST scheduling:find": page("scheduling:find", text="Ada"),
    "GET scheduling:hours": hours_of_cara,
    "POST scheduling:set-hours": set_hours,
    "POST scheduling:add-exception": away,
    "POST scheduling:remove-exception": back_again,
    "GET scheduling:types": page("scheduling:types"),
    "POST scheduling:types": defining,
    "POST scheduling:offer": offering,
}
