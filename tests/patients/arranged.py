"""For each page and form of arranging: what has to be there, and what is sent."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from patients.models import CareTeamMember, Proxy
from tests.harness.canary import STEM
from tests.patients.scenes import ADDRESS, ask, record, signed_in
from tests.world import World

Prepared = tuple[list[UUID], Mapping[str, Any]]
ASKED = {"address": ADDRESS, "scope": "read", "relation": "partner"}


def nothing(**fields: Any) -> Callable[[World], Prepared]:
    """A page without arguments."""
    return lambda _world: ([], fields)


def of_ada(**fields: Any) -> Callable[[World], Prepared]:
    """Ada's record."""
    return lambda world: ([world.cast.ada_record], fields)


def unlinked(**fields: Any) -> Callable[[World], Prepared]:
    """The record of somebody without an account."""
    return lambda _world: ([record()], fields)


def dov_joins(world: World) -> Prepared:
    """Dr Dov is to join Ada's care team."""
    return [world.cast.ada_record], {"person": world.cast.dov.id, "role": "clinician"}


def caras_link(world: World) -> Prepared:
    """Dr Cara's link to Ada."""
    return [CareTeamMember.objects.get(patient=world.cast.ada_record).pk], {}


def pias_grant(world: World) -> Prepared:
    """Pia's grant for Ada."""
    return [Proxy.objects.get(patient=world.cast.ada_record).pk], {}


def offered_to_ben(world: World) -> Prepared:
    """Ada has asked Ben to act for her."""
    ada = signed_in(world.cast.ada)
    return [ask(ada, world.cast.ada_record, world.cast.ben.email).pk], {}


SCENES: dict[str, Callable[[World], Prepared]] = {
    "GET patients:directory": nothing(),
    "POST patients:directory": nothing(text=STEM),
    "GET patients:register": nothing(),
    "POST patients:register": nothing(given="Zoe", family="Zimt", born="1980-01-02"),
    "GET patients:arrange": of_ada(),
    "POST patients:invite": unlinked(address=ADDRESS, proofing="document"),
    "POST patients:appoint": of_ada(**ASKED, proofing="document"),
    "POST patients:join-team": dov_joins,
    "POST patients:leave-team": caras_link,
    "GET patients:proxies": nothing(),
    "POST patients:proxies": nothing(**ASKED),
    "POST patients:end-proxy": pias_grant,
    "POST patients:withdraw": offered_to_ben,
    "POST patients:accept": offered_to_ben,
    "POST patients:decline": offered_to_ben,
}
