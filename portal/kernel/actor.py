"""Who acts. The first argument of every action and every reading; never ambient, never None."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import NAMESPACE_OID, UUID, uuid5


class ActorKind(StrEnum):
    """What sort of actor this is."""

    PERSON = "person"
    SYSTEM = "system"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts, and from where. Holds no human name: it may appear in a log line."""

    kind: ActorKind
    id: UUID
    name: str
    roles: frozenset[str] = frozenset()
    session: str = ""
    request: str = ""
    source: str = ""

    @property
    def is_person(self) -> bool:
        """True for somebody who signed in."""
        return self.kind is ActorKind.PERSON

    def has_role(self, *roles: str) -> bool:
        """True if the actor holds one of these roles today."""
        return not self.roles.isdisjoint(roles)

    def asking(self, request: str, source: str) -> "Actor":
        """The same actor, in one request."""
        return replace(self, request=request, source=source)


STRANGER = Actor(ActorKind.STRANGER, UUID(int=0), "stranger")


def person_actor(person_id: UUID, roles: frozenset[str], *, session: str = "") -> Actor:
    """The actor for a person who signed in."""
    return Actor(ActorKind.PERSON, person_id, "person", roles, session)


def system_actor(name: str) -> Actor:
    """The named actor of background work: `system:<name>`."""
    full = f"system:{name}"
    return Actor(ActorKind.SYSTEM, uuid5(NAMESPACE_OID, full), full, source="job")
