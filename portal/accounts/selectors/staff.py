"""Who works here, as administrators see it."""

from dataclasses import dataclass
from uuid import UUID

from portal.accounts import policy
from portal.accounts.errors import NotAllowed
from portal.accounts.models import Invitation, Person, RoleGrant, TotpDevice
from portal.accounts.selectors.people import names_of, unsealed
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.kernel.plugs import wards


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One person who works here, or did."""

    id: UUID
    name: str
    email: str
    roles: tuple[str, ...]
    is_open: bool
    has_factor: bool
    proofing: str

    def __repr__(self) -> str:
        return "StaffLine(…)"


def staff(actor: Actor) -> list[StaffLine]:
    """Everybody who holds or held a role of staff, by name; those who left come last.

    Refuses: NotAllowed.
    """
    if not policy.may_manage_people(actor):
        raise NotAllowed
    grants = RoleGrant.objects.filter(role__in=policy.STAFF)
    people = policy.readable_people(actor).filter(pk__in=grants.values("person"))
    lines = _lines(list(people))
    return sorted(lines, key=lambda one: (not (one.is_open and one.roles), one.name.casefold()))


def staff_names(actor: Actor) -> dict[UUID, str]:
    """What everybody is called who holds or held a role of staff, for those who review the log.

    Refuses: NotAllowed.
    """
    if not policy.may_review_people(actor):
        raise NotAllowed
    grants = RoleGrant.objects.filter(role__in=policy.STAFF)
    return names_of(grants.values_list("person", flat=True).distinct())


def staff_member(actor: Actor, person_id: UUID) -> StaffLine:
    """One of them.

    Refuses: NotAllowed, NotFound.
    """
    found = [line for line in staff(actor) if line.id == person_id]
    if not found:
        known = Person.objects.filter(pk=person_id).exists()
        raise NotFound(kind="person", subject=person_id if known else None)
    return found[0]


def belongings(actor: Actor, person_id: UUID) -> list[str]:
    """What this person still holds in the wards, in sentences.

    Refuses: NotAllowed.
    """
    if not policy.may_manage_people(actor):
        raise NotAllowed
    return [words for ward in wards() for told in ward.belongings for words in told(person_id)]


def _lines(people: list[Person]) -> list[StaffLine]:
    ids = [person.pk for person in people]
    roles: dict[UUID, list[str]] = {person_id: [] for person_id in ids}
    for grant in policy.grants_in_force().filter(person__in=ids).order_by("role"):
        roles[grant.person_id].append(grant.role)
    devices = TotpDevice.objects.filter(user__in=ids, confirmed=True)
    with_factor = {*devices.values_list("user", flat=True)}
    used = Invitation.objects.filter(used_by__in=ids).order_by("used_at")
    proofs = dict(used.values_list("used_by", "proofing"))
    return [
        StaffLine(
            id=person.pk,
            name=(profile := unsealed(person.pk, bytes(person.profile_sealed))).shown,
            email=profile.email,
            roles=tuple(dict.fromkeys(roles[person.pk])),
            is_open=person.is_active,
            has_factor=person.pk in with_factor,
            proofing=proofs.get(person.pk, ""),
        )
        for person in people
    ]
