"""Scenes of teams, of notes, and of whose a thread is: Ada's, with Dr Cara."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from messaging.selectors import members_of
from portal.kernel.ids import new_id
from tests.architecture.access import Ask, Scene, of_thread, page
from tests.cast import Someone
from tests.world import World


def tended(*, owned: bool = False, **fields: Any) -> Scene:
    """The body of a command of those who tend a fresh thread of Ada's; Cara has it if `owned`."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        thread = beside(world, owned=owned)
        given = {name: told(world) for name, told in fields.items()}
        return Ask("", {"thread": str(thread), **given})

    return scene


def of_tended(route: str, *, owned: bool = False, **fields: Any) -> Scene:
    """A form of the same."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        given = {key: told(world) for key, told in fields.items()}
        thread = beside(world, owned=owned)
        return Ask(reverse(route, args=[thread]), {"command_id": new_id(), **given})

    return scene


def begun(world: World, _someone: Someone, _key: str) -> Ask:
    """What somebody begins to write about Ada."""
    fields = {
        "patient": world.cast.ada_record,
        "body": world.words("I also"),
        "command_id": new_id(),
    }
    return Ask(reverse("messaging:keep-new"), fields)


def beside(world: World, *, owned: bool = False) -> UUID:
    """A thread of Ada's that waits, with a note beside it."""
    thread = world.thread()
    world.note(thread)
    if owned:
        world.claim(thread)
    return thread


def my_inbox(_world: World, someone: Someone, _key: str) -> Ask:
    """One's own queue."""
    return Ask(f"inbox.{someone.id.hex}")


def notes(world: World, _someone: Someone, _key: str) -> Ask:
    """What stands beside a fresh thread of Ada's."""
    return Ask(f"notes.{beside(world).hex}")


def of_team(route: str, **fields: Any) -> Scene:
    """A page or form of the team at the front desk."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        given = {key: told(world) for key, told in fields.items()}
        return Ask(reverse(route, args=[world.cast.desk]), given)

    return scene


def desk_words(**more: Any) -> dict[str, Any]:
    """The words of a team, as a form holds them."""
    words = {"name": "front desk", "purpose": "Letters", "reply_hours": 24, "is_default": "on"}
    return {name: (lambda _world, value=value: value) for name, value in words.items()} | more


def one_more_team(_world: World, _someone: Someone, _key: str) -> Ask:
    """A team that is not there yet."""
    fields = {"team": new_id(), "name": "nursing team"}
    return Ask(reverse("messaging:teams"), fields)


def sams_membership(world: World, _someone: Someone, _key: str) -> Ask:
    """Sam leaves the front desk."""
    (member,) = members_of(world.cast.desk)
    return Ask(reverse("messaging:team-leave", args=[member.id]))


SCENES: dict[str, Scene] = {
    "POST messaging:keep": of_thread("messaging:keep", body="I also have a fever"),
    "POST messaging:keep-new": begun,
    "POST messaging:claim": of_tended("messaging:claim"),
    "POST messaging:release": of_tended("messaging:release", owned=True),
    "POST messaging:resolve": of_tended("messaging:resolve"),
    "POST messaging:assign": of_tended(
        "messaging:assign", to=lambda world: f"p.{world.cast.cara.id}", reason=lambda _: "Mine"
    ),
    "POST messaging:note": of_tended(
        "messaging:note", body=lambda world: world.words("Ask about sleep")
    ),
    "GET messaging:teams": page("messaging:teams"),
    "POST messaging:teams": one_more_team,
    "GET messaging:team": of_team("messaging:team"),
    "POST messaging:team": of_team("messaging:team", **desk_words()),
    "POST messaging:team-join": of_team(
        "messaging:team-join", person=lambda world: world.cast.dov.id
    ),
    "POST messaging:team-leave": sams_membership,
    "follow notes": notes,
    "follow inbox": my_inbox,
    "do messaging.claim": tended(),
    "do messaging.release": tended(owned=True),
    "do messaging.resolve": tended(),
    "do messaging.assign": tended(
        person=lambda world: str(world.cast.cara.id), reason=lambda _: "Mine"
    ),
    "do messaging.hand_on": tended(
        team=lambda world: str(world.cast.desk), reason=lambda _: "A letter"
    ),
    "do messaging.note": tended(
        text=lambda world: world.words("Ask about sleep"), asks=lambda _: None
    ),
}
