"""Scenes of forgotten passwords, other addresses and lost phones."""

from uuid import UUID

from django.urls import reverse

from portal.accounts import actions, selectors
from portal.kernel import door
from portal.kernel.actor import person_actor
from portal.kernel.ids import new_id
from portal.outbox.models import Letter
from portal.outbox.selectors import params_of
from tests.architecture.access import Ask, Scene, page
from tests.cast import PASSWORD, WORK, Someone, engage
from tests.world import World

CHOSEN = "seven kettles on the moon"
BOSS = person_actor(new_id(), frozenset({"administrator"}))
DESK = person_actor(new_id(), frozenset({"coordinator"}))


def link_of(kind: str) -> str:
    """The key in the newest letter of this kind."""
    return str(params_of(Letter.objects.filter(kind=kind).latest("posted_at", "pk"))["link"])


def resetting(_world: World, _someone: Someone, _key: str) -> Ask:
    """Somebody's link to a new password."""
    forgetful = engage(f"eva-{new_id().hex[-6:]}", "patient")
    door.run(actions.ask_reset, WORK, forgetful.email, source="10.0.0.1")
    door.run(actions.answer_resets, WORK)
    return Ask(reverse("accounts:reset", args=[link_of("accounts.reset")]), {"chosen": CHOSEN})


def another_address(_world: World, _someone: Someone, _key: str) -> Ask:
    """One's own password, and another address."""
    fields = {"address": f"{new_id().hex}@example.org", "current": PASSWORD}
    return Ask(reverse("accounts:address"), fields)


def of_change(name: str, kind: str, *, adas: bool = False) -> Scene:
    """One of the two links of somebody's change of address."""

    def scene(world: World, _someone: Someone, _key: str) -> Ask:
        mover = world.cast.ada if adas else engage(f"eva-{new_id().hex[-6:]}", "patient")
        actor = selectors.standing_of_key(mover.start_session()).actor
        attempt = selectors.attempt_own_password(mover.id, PASSWORD, "10.0.0.1")
        door.run(actions.ask_address_change, actor, attempt, f"{new_id().hex}@example.org")
        return Ask(reverse(name, args=[link_of(kind)]))

    return scene


def with_app() -> Someone:
    """A patient with a second factor."""
    return engage(f"eva-{new_id().hex[-6:]}", "patient", app=True)


def of_patient() -> UUID:
    """A patient's lost phone that waits."""
    address = with_app().email
    return door.run(actions.note_lost_phone, DESK, address, proof="in-person").pk


def keeping(_world: World, _someone: Someone, _key: str) -> Ask:
    """The owner's link of a lost phone."""
    of_patient()
    return Ask(reverse("accounts:keep-phone", args=[link_of("accounts.phone-lost")]))


def noting(world: World, someone: Someone, _key: str) -> Ask:
    """A lost phone of somebody whom this role may help."""
    about = world.cast.cara if someone.key == "max" else with_app()
    fields = {"address": about.email, "proof": "call-back"}
    return Ask(reverse("accounts:lost-phones"), fields)


def confirming(world: World, _someone: Someone, _key: str) -> Ask:
    """Dr Cara's lost phone, noted by another administrator."""
    note = door.run(actions.note_lost_phone, BOSS, world.cast.cara.email, proof="in-person")
    return Ask(reverse("accounts:confirm-lost-phone", args=[note.pk]))


def taking_back(_world: World, _someone: Someone, _key: str) -> Ask:
    """A patient's lost phone, noted in error."""
    return Ask(reverse("accounts:withdraw-lost-phone", args=[of_patient()]))


SCENES: dict[str, Scene] = {
    "GET accounts:forgotten": page("accounts:forgotten"),
    "POST accounts:forgotten": page("accounts:forgotten", email="eva@example.org"),
    "GET accounts:reset": resetting,
    "POST accounts:reset": resetting,
    "GET accounts:address": page("accounts:address"),
    "POST accounts:address": another_address,
    "GET accounts:prove-address": of_change(
        "accounts:prove-address", "accounts.address-proof", adas=True
    ),
    "POST accounts:prove-address": of_change(
        "accounts:prove-address", "accounts.address-proof", adas=True
    ),
    "GET accounts:keep-address": of_change("accounts:keep-address", "accounts.address-notice"),
    "POST accounts:keep-address": of_change("accounts:keep-address", "accounts.address-notice"),
    "GET accounts:keep-phone": keeping,
    "POST accounts:keep-phone": keeping,
    "GET accounts:lost-phones": page("accounts:lost-phones"),
    "POST accounts:lost-phones": noting,
    "POST accounts:confirm-lost-phone": confirming,
    "POST accounts:withdraw-lost-phone": taking_back,
}
