"""Scenes of video visits: each is Ada's with Dr Cara."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.urls import reverse

from portal.kernel.ids import new_id
from scheduling.visits import actions
from tests.architecture.access import Ask, Scene, page
from tests.cast import Someone
from tests.scheduling.visits.world import admitted, at_socket, do, video_visit, waiting
from tests.world import World

Made = Callable[[World], UUID]
ANSWERS = {"name": True, "birth": True, "place": "Home", "phone": "1", "others": "", "safe": "yes"}


def form(where: str, made: Made, **fields: Any) -> Scene:
    """A page or form of a fresh visit."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        told = {"command_id": new_id(), **fields}
        return Ask(reverse(where, args=[made(world)]), told)

    return scene


def command(made: Made, **fields: Any) -> Scene:
    """The body of a command about a fresh visit."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        return Ask("", {"visit": str(made(world)), **fields})

    return scene


def following(world: World, _someone: Someone, _key: str) -> Ask:
    """The topic of a fresh visit."""
    return Ask(f"visit.{waiting(world).hex}")


def my_board(_world: World, someone: Someone, _key: str) -> Ask:
    """One's own list of arrivals."""
    return Ask(f"arrivals.{someone.id.hex}")


def my_bell(_world: World, someone: Someone, _key: str) -> Ask:
    """Who waits for oneself."""
    return Ask(f"waiting.{someone.id.hex}")


def signalling(world: World, someone: Someone, _key: str) -> Ask:
    """A frame, with the seat and epoch of a visit in which both sit."""
    visit = admitted(world)
    for who in (world.cast.ada, world.cast.cara):
        told = do(actions.join, at_socket(who, "elsewhere"), visit, uuid4(), 0)
    fields = {"seat": told["seat"], "epoch": told["epoch"], "n": 1, "signal": {"kind": "restart"}}
    return Ask("", {"visit": str(visit), **fields})


SCENES: dict[str, Scene] = {
    "GET visits:arrivals": page("visits:arrivals"),
    "GET visits:room": form("visits:room", waiting),
    "GET visits:check": form("visits:check", waiting),
    "POST visits:arrive": form("visits:arrive", video_visit),
    "POST visits:leave": form("visits:leave", waiting),
    "POST visits:admit": form("visits:admit", waiting),
    "POST visits:decline": form("visits:decline", waiting, why="other"),
    "POST visits:back": form("visits:back", admitted),
    "POST visits:note": form("visits:note", waiting, code="ten-minutes-late", text=""),
    "POST visits:end": form("visits:end", admitted),
    "POST visits:confirm": form(
        "visits:confirm", admitted, **{**ANSWERS, "name": "on", "birth": "on"}
    ),
    "follow visit": following,
    "follow arrivals": my_board,
    "follow waiting": my_bell,
    "do visits.arrive": command(video_visit),
    "do visits.admit": command(waiting),
    "do visits.decline": command(waiting, why="other"),
    "do visits.back": command(admitted),
    "do visits.note": command(waiting, code="ten-minutes-late", text=""),
    "do visits.join": command(admitted, device=str(uuid4()), epoch=0),
    "do visits.leave": command(waiting),
    "do visits.end": command(admitted),
    "do visits.confirm": command(admitted, **ANSWERS),
    "do visits.signal": signalling,
}
