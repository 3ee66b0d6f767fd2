"""Scenes of invitations and of people who work here."""

from typing import Any

from django.urls import reverse

from portal.accounts import actions
from portal.accounts.selectors import hashed_password, open_invitation
from portal.kernel import door
from portal.kernel.ids import new_id
from portal.outbox.models import Letter
from portal.outbox.selectors import params_of
from tests.architecture.access import Ask, Scene, page
from tests.cast import WORK, Someone
from tests.world import World

CHOSEN = "seven kettles on the moon"


def invited(role: str = "patient") -> str:
    """The key of a fresh invitation of somebody whom nobody knows."""
    made = door.run(
        actions.invite,
        WORK,
        purpose="record" if role == "patient" else "staff",
        address=f"{new_id().hex}@example.org",
        role=role,
        subject=new_id(),
        proofing="in-person",
    )
    return str(params_of(Letter.objects.get(about=made.pk))["link"])


def joining(_world: World, _someone: Someone, _key: str) -> Ask:
    """An invitation, accepted with a name and a password."""
    fields = {"name": "Eva Berg", "password": CHOSEN}
    return Ask(reverse("accounts:join", args=[invited()]), fields)


def inviting(_world: World, _someone: Someone, _key: str) -> Ask:
    """A colleague to be invited."""
    fields = {"name": "Eva Berg", "address": "eva@example.org", "role": "clinician"}
    return Ask(reverse("accounts:invite"), {**fields, "proofing": "document"})


def taking_back(_world: World, _someone: Someone, _key: str) -> Ask:
    """An invitation of a colleague, to be taken back."""
    found = open_invitation(invited("clinician"))
    assert found
    return Ask(reverse("accounts:withdraw-invitation", args=[found.pk]))


def of_dov(name: str, *more: Any) -> Scene:
    """A page or form about Dr Dov."""
    return lambda world, _someone, _key: Ask(reverse(name, args=[world.cast.dov.id, *more]))


def closed_person(_world: World, _someone: Someone, _key: str) -> Ask:
    """A colleague whose account is closed, to be opened again."""
    from portal.accounts.selectors import Profile

    profile = Profile("Eva Berg", f"{new_id().hex}@example.org")
    hashed = hashed_password(CHOSEN)
    made = door.run(actions.create_person, WORK, profile, password_hash=hashed)
    door.run(actions.grant_role, WORK, made.pk, "clinician")
    door.run(actions.close_person, WORK, made.pk)
    return Ask(reverse("accounts:reopen-person", args=[made.pk]))


SCENES: dict[str, Scene] = {
    "GET accounts:join": joining,
    "POST accounts:join": joining,
    "GET accounts:people": page("accounts:people"),
    "GET accounts:invite": page("accounts:invite"),
    "POST accounts:invite": inviting,
    "POST accounts:withdraw-invitation": taking_back,
    "GET accounts:person": of_dov("accounts:person"),
    "POST accounts:end-role": of_dov("accounts:end-role", "clinician"),
    "POST accounts:close-person": of_dov("accounts:close-person"),
    "POST accounts:reopen-person": closed_person,
}
