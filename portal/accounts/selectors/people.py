"""People and what they are called."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from portal.accounts import policy
from portal.accounts.models import Person
from portal.crypto import blind
from portal.crypto.keys import seal_for_installation, unseal_for_installation
from portal.kernel import clock

SIGN_IN = "sign-in"
CACHED = 4096
TITLES = frozenset({"dr", "prof", "nurse", "sister", "mr", "mrs", "ms", "mx"})


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a person who signs in. Never shown in a repr: it holds names."""

    name: str
    email: str = ""
    title: str = ""
    zone: str = ""
    language: str = ""

    @property
    def shown(self) -> str:
        """The name as others read it."""
        return f"{self.title} {self.name}".strip()

    @property
    def first_name(self) -> str:
        """What a greeting says."""
        return self.name.split(" ", 1)[0]

    def __repr__(self) -> str:
        return "Profile(…)"


def parted(name: str) -> tuple[str, str]:
    """The title that a name begins with, if any, and the name without it."""
    first, _space, rest = name.strip().partition(" ")
    is_title = first.rstrip(".").casefold() in TITLES and bool(rest.strip())
    return (first, rest.strip()) if is_title else ("", name.strip())


def renamed(profile: Profile, email: str) -> Profile:
    """The same person under another address."""
    return replace(profile, email=email.strip())


def sealed(person_id: UUID, profile: Profile) -> bytes:
    """The profile, sealed for this person."""
    return sealed_for("person", person_id, profile)


def sealed_for(kind: str, item: UUID, profile: Profile) -> bytes:
    """The profile, sealed for this row of this kind."""
    text = json.dumps(asdict(profile), ensure_ascii=False).encode()
    return seal_for_installation("people", text, kind=kind, item=item, field="profile")


@lru_cache(maxsize=CACHED)
def unsealed(person_id: UUID, profile_sealed: bytes) -> Profile:
    """The profile in these bytes. A seal is never made twice, so it names its own version."""
    return unsealed_for("person", person_id, profile_sealed)


def unsealed_for(kind: str, item: UUID, profile_sealed: bytes) -> Profile:
    """The profile that was sealed for this row."""
    text = unseal_for_installation("people", profile_sealed, kind=kind, item=item, field="profile")
    return Profile(**json.loads(text))


def profiles(person_ids: Iterable[UUID]) -> dict[UUID, Profile]:
    """The profiles of these people in one query. Who is not there is left out."""
    rows = Person.objects.filter(pk__in={*person_ids}).values_list("pk", "profile_sealed")
    return {person_id: unsealed(person_id, bytes(blob)) for person_id, blob in rows}


def names_of(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What others call these people."""
    return {person_id: profile.shown for person_id, profile in profiles(person_ids).items()}


def name_of(person_id: UUID) -> str:
    """What others call this person; empty for nobody."""
    return names_of([person_id]).get(person_id, "")


def sign_in_index(email: str) -> bytes:
    """The blind index under which somebody signs in."""
    return blind.index(SIGN_IN, email.strip())


def find_person(email: str) -> Person | None:
    """Whoever signs in with this address."""
    return Person.objects.filter(sign_in_index=sign_in_index(email)).first()


def people_with_role(*roles: str) -> list[UUID]:
    """The people who hold one of these roles today and are not closed out."""
    grants = policy.grants_in_force().filter(role__in=roles, person__is_active=True)
    return list(grants.order_by("person").values_list("person", flat=True).distinct())


def find_open_person(person_id: UUID) -> Person | None:
    """The person of this id, unless closed."""
    return Person.objects.filter(pk=person_id, is_active=True).first()


def export_of(person_id: UUID) -> dict[str, Any]:
    """Everything here about a person, for the person: no secret, no hash."""
    person = Person.objects.get(pk=person_id)
    return {
        "id": str(person.pk),
        "profile": asdict(unsealed(person.pk, bytes(person.profile_sealed))),
        "created_at": clock.stamp(person.created_at),
        "roles": [
            {
                "role": grant.role,
                "since": clock.stamp(grant.since),
                "until": clock.stamp(grant.until) if grant.until else None,
            }
            for grant in person.grants.order_by("since")
        ],
        "sessions": [
            {"device": one.device, "started_at": clock.stamp(one.created_at)}
            for one in person.sessions.order_by("created_at")
        ],
    }
