"""Links back in, changes of address and lost phones that wait."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from portal.accounts import policy
from portal.accounts.errors import NotAllowed
from portal.accounts.models import AddressChange, LostPhone, PasswordReset, Person
from portal.accounts.selectors.links import token_digest
from portal.accounts.selectors.people import names_of
from portal.kernel import clock
from portal.kernel.actor import Actor

RESET, PROVE, KEEP, PHONE = "reset", "prove-address", "keep-address", "keep-phone"


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """One lost phone that waits, as those see it who deal with it."""

    id: UUID
    name: str
    asked_by: str
    proof: str
    of_staff: bool
    asked_at: datetime
    falls_at: datetime
    may_confirm: bool

    def __repr__(self) -> str:
        return "PhoneLine(…)"


def open_reset(token: str) -> PasswordReset | None:
    """The link with which somebody chooses a new password, unless it is over."""
    return _resets(token).first()


def lock_reset(token: str) -> PasswordReset | None:
    """The same, and nobody else uses it meanwhile."""
    return _resets(token).select_for_update(of=("self",)).first()


def open_proof(token: str) -> AddressChange | None:
    """The change that this link proves, unless it is over."""
    return _proofs(token).first()


def lock_proof(token: str) -> AddressChange | None:
    """The same, and nobody else uses it meanwhile."""
    return _proofs(token).select_for_update(of=("self",)).first()


def open_kept(token: str) -> AddressChange | None:
    """The change that this link takes back, done or not, unless it is over."""
    return _kept(token).first()


def lock_kept(token: str) -> AddressChange | None:
    """The same, and nobody else uses it meanwhile."""
    return _kept(token).select_for_update(of=("self",)).first()


def open_phone(token: str) -> LostPhone | None:
    """The lost phone that was not lost, unless it is over."""
    return policy.waiting_phones().filter(stop_digest=token_digest(PHONE, token)).first()


def lock_phone(token: str) -> LostPhone | None:
    """The same, and nobody else uses it meanwhile."""
    found = policy.waiting_phones().filter(stop_digest=token_digest(PHONE, token))
    return found.select_for_update().first()


def is_taken(index: bytes, *, by_others_than: UUID) -> bool:
    """True if somebody else signs in with this address, or may still take it back."""
    if Person.objects.filter(sign_in_index=index).exclude(pk=by_others_than).exists():
        return True
    kept = AddressChange.objects.filter(
        old_index=index, done_at__isnull=False, ended_at=None, stop_until__gt=clock.now()
    )
    return kept.exclude(person=by_others_than).exists()


def is_staff(person_id: UUID) -> bool:
    """True if the person holds a role of staff today."""
    held = policy.grants_in_force().filter(person=person_id, role__in=policy.STAFF)
    return held.exists()


def lost_phones(actor: Actor) -> list[PhoneLine]:
    """Lost phones that wait and concern the actor, the oldest first.

    Refuses: NotAllowed.
    """
    if not (policy.may_note_lost_phones(actor) or policy.may_confirm_lost_phones(actor)):
        raise NotAllowed
    rows = list(policy.readable_phones(actor).order_by("asked_at", "pk"))
    names = names_of({row.person_id for row in rows} | {row.asked_by for row in rows})
    agrees = policy.may_confirm_lost_phones(actor)
    return [
        PhoneLine(
            id=row.pk,
            name=names.get(row.person_id, ""),
            asked_by=names.get(row.asked_by, ""),
            proof=row.proof,
            of_staff=row.of_staff,
            asked_at=row.asked_at,
            falls_at=row.falls_at,
            may_confirm=agrees and row.of_staff and actor.id not in {row.asked_by, row.person_id},
        )
        for row in rows
    ]


def _resets(token: str) -> QuerySet[PasswordReset]:
    return PasswordReset.objects.select_related("person").filter(
        digest=token_digest(RESET, token), ended_at=None, expires_at__gt=clock.now()
    )


def _proofs(token: str) -> QuerySet[AddressChange]:
    return AddressChange.objects.select_related("person").filter(
        proof_digest=token_digest(PROVE, token),
        done_at=None,
        ended_at=None,
        proof_until__gt=clock.now(),
    )


def _kept(token: str) -> QuerySet[AddressChange]:
    return AddressChange.objects.select_related("person").filter(
        stop_digest=token_digest(KEEP, token), ended_at=None, stop_until__gt=clock.now()
    )
