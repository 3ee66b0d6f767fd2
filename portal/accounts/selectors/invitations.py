"""Invitations: which stand open, and what somebody who holds one may see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.accounts import policy
from portal.accounts.models import Invitation, Person
from portal.accounts.selectors.links import token_digest
from portal.accounts.selectors.people import Profile, unsealed_for
from portal.kernel.actor import Actor

JOIN = "join"


@dataclass(frozen=True, slots=True)
class Door:
    """What the page of an invitation shows to whoever opened its link."""

    invitation: Invitation
    name: str
    """The name that the clinic gave; empty if the person chooses."""
    has_sign_in: bool
    """The address signs in here already, so no password is chosen."""
    is_mine: bool
    """Whoever is signed in is the one who was invited."""

    def __repr__(self) -> str:
        return "Door(…)"


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """One open invitation as an administrator sees it."""

    id: UUID
    name: str
    email: str
    role: str
    proofing: str
    made_at: datetime
    expires_at: datetime

    def __repr__(self) -> str:
        return "InvitationLine(…)"


def open_invitation(token: str) -> Invitation | None:
    """The invitation of this link, unless used, withdrawn, expired or unknown."""
    return policy.open_invitations().filter(digest=token_digest(JOIN, token)).first()


def lock_open_invitation(token: str) -> Invitation | None:
    """The same, and nobody else uses it meanwhile."""
    found = policy.open_invitations().filter(digest=token_digest(JOIN, token))
    return found.select_for_update().first()


def open_door(actor: Actor, token: str) -> Door | None:
    """What the link opens for this actor; None if it works no more."""
    invitation = open_invitation(token)
    if invitation is None:
        return None
    person = person_of(invitation)
    if person is not None and not person.is_active:
        return None
    return Door(
        invitation,
        name=invited(invitation).name,
        has_sign_in=person is not None and may_sign_in(person),
        is_mine=actor.is_person and person is not None and person.pk == actor.id,
    )


def invited(invitation: Invitation) -> Profile:
    """What the clinic knew of the person when the letter was written."""
    sealed = bytes(invitation.profile_sealed)
    return unsealed_for("invitation", invitation.pk, sealed)


def person_of(invitation: Invitation) -> Person | None:
    """Whoever signs in with the invited address already."""
    return Person.objects.filter(sign_in_index=bytes(invitation.sign_in_index)).first()


def may_sign_in(person: Person) -> bool:
    """True unless closed or without a role today."""
    return person.is_active and policy.grants_in_force().filter(person=person).exists()


def staff_invitations(actor: Actor) -> list[InvitationLine]:
    """Invitations of staff that stand open, the newest first."""
    rows = policy.readable_invitations(actor).order_by("-made_at", "pk")
    return [
        InvitationLine(
            id=row.pk,
            name=(profile := invited(row)).shown,
            email=profile.email,
            role=row.role,
            proofing=row.proofing,
            made_at=row.made_at,
            expires_at=row.expires_at,
        )
        for row in rows
    ]


def proofing_of(person_id: UUID) -> str:
    """How this person showed who they are when they were let in; empty if nobody wrote it down."""
    used = Invitation.objects.filter(used_by=person_id).order_by("-used_at")
    return used.values_list("proofing", flat=True).first() or ""
