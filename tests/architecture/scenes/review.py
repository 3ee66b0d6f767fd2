"""Scenes of the privacy officer's pages, and of questions about an access."""

from uuid import UUID

from django.urls import reverse

from patients import actions
from portal.audit import actions as audit
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.architecture.access import Ask, Scene, page
from tests.cast import Someone
from tests.world import World


def a_look(world: World) -> UUID:
    """Dr Cara opened Ada's record: the entry."""
    return audit.record_alone(
        world.cast.cara.actor, "chart.read", patient=world.cast.ada_record, encounters=0
    )


def a_question(world: World) -> UUID:
    """Ada asked about it."""
    asked = door.run(
        actions.ask_question,
        world.cast.ada.actor,
        world.cast.ada_record,
        a_look(world),
        world.words("Why did she look?"),
        command_id=new_id(),
    )
    return asked.pk


def of_entry(name: str) -> Scene:
    """A page about one entry."""
    return lambda world, _someone, _key: Ask(reverse(name, args=[a_look(world)]))


def of_question(name: str) -> Scene:
    """A page or form about one question."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        fields = {"text": world.words("She was on call."), "command_id": new_id()}
        return Ask(reverse(name, args=[a_question(world)]), fields)

    return scene


def asking(world: World, _someone: Someone, _key: str) -> Ask:
    """A question about one entry of Ada's report."""
    fields = {"text": world.words("Why did she look?"), "command_id": new_id()}
    return Ask(reverse("patients:ask", args=[world.cast.ada_record, a_look(world)]), fields)


SCENES: dict[str, Scene] = {
    "GET patients:ask": asking,
    "POST patients:ask": asking,
    "GET patients:question": of_question("patients:question"),
    "GET patients:review": page("patients:review"),
    "GET patients:review-log": page("patients:review-log"),
    "GET patients:review-find": page("patients:review-find"),
    "POST patients:review-find": page("patients:review-find", text="Kolibri"),
    "GET patients:review-entry": of_entry("patients:review-entry"),
    "GET patients:review-proof": of_entry("patients:review-proof"),
    "GET patients:review-question": of_question("patients:review-question"),
    "POST patients:review-question": of_question("patients:review-question"),
}
