"""Scenes of the report of who looked at a record."""

from django.urls import reverse

from tests.architecture.access import Ask, Scene
from tests.cast import Someone
from tests.world import World


def of_ada(name: str) -> Scene:
    """A page about Ada's record."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        return Ask(reverse(name, args=[world.cast.ada_record]))

    return scene


SCENES: dict[str, Scene] = {
    "GET patients:report": of_ada("patients:report"),
    "GET patients:report-file": of_ada("patients:report-file"),
}
