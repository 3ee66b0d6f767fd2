"""Another address to sign in with: asked for by password, proven by letter, kept by letter."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError

from portal.accounts import policy
from portal.accounts.actions.sessions import end_sessions, revoke
from portal.accounts.actions.signing_in import NO, REFUSED, Outcome, Step
from portal.accounts.actions.throttles import clear_tickets, take_ticket
from portal.accounts.errors import LinkSpent, NotFresh, TooManyChanges
from portal.accounts.models import AddressChange, PasswordReset, Person
from portal.accounts.selectors.links import new_token, token_digest
from portal.accounts.selectors.passwords import Attempt
from portal.accounts.selectors.people import (
    Profile,
    renamed,
    sealed,
    sealed_for,
    sign_in_index,
    unsealed,
    unsealed_for,
)
from portal.accounts.selectors.sessions import proven_lately
from portal.accounts.selectors.ways_back import KEEP, PROVE, is_taken, lock_kept, lock_proof
from portal.accounts.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id
from portal.outbox import actions as outbox

PROOF, NOTICE = "accounts.address-proof", "accounts.address-notice"
CHANGE = "address-change"


def ask_address_change(actor: Actor, attempt: Attempt, address: str) -> Step:
    """Two letters are on their way: the new address is to say yes, the old one may say no.

    Nothing has changed yet; whether the new address belongs to somebody here is not told.

    Refuses: NotFresh, TooManyChanges, NoAddress.
    Locks: the throttle, the person.
    Records: PASSWORD_REFUSED, ADDRESS_ASKED.
    """
    if not proven_lately(actor):
        raise NotFresh
    granted = take_ticket(actor, policy.PASSWORD_BY_ACCOUNT, attempt.account)
    person = Person.objects.select_for_update().get(pk=actor.id)
    right = attempt.matches and attempt.checked_hash == person.password
    if not (granted and right and attempt.person_id == actor.id):
        why = "password" if granted else "throttled"
        audit.record(actor, Event.PASSWORD_REFUSED, subject=actor.id, outcome=NO, why=why)
        return REFUSED
    clear_tickets(actor, policy.PASSWORD_BY_ACCOUNT, attempt.account)
    if not take_ticket(actor, policy.ADDRESS_BY_ACCOUNT, actor.id.bytes):
        raise TooManyChanges
    change, proof, stop = _asked(person, address)
    for earlier in AddressChange.objects.filter(person=person, done_at=None, ended_at=None):
        _end(actor, earlier, kinds=[PROOF])
    change.save(force_insert=True)
    old = unsealed(person.pk, bytes(person.profile_sealed)).email
    _write(actor, change, PROOF, address.strip(), proof)
    if "@" in old:
        _write(actor, change, NOTICE, old, stop)
    audit.record(actor, Event.ADDRESS_ASKED, subject=person.pk, which=change.pk)
    return Step(Outcome.DONE)


def prove_address(actor: Actor, token: str) -> None:
    """Whoever opened the link reads that address and is who asked: they sign in with it henceforth.

    A yes of somebody else, who was only asked by letter, gives their address to nobody. A link for
    a new password that lies with the old address opens nothing any more.

    Refuses: LinkSpent (also if somebody else has come to sign in with it).
    Locks: the change, the person.
    Records: ADDRESS_CHANGED.
    """
    change = lock_proof(token)
    if change is None or change.person_id != actor.id or not change.person.is_active:
        raise LinkSpent
    person = Person.objects.select_for_update().get(pk=change.person_id)
    if is_taken(bytes(change.new_index), by_others_than=person.pk):
        raise LinkSpent
    email = unsealed_for(CHANGE, change.pk, bytes(change.new_sealed)).email
    _sign_in_with(actor, person, email)
    PasswordReset.objects.filter(person=person, ended_at=None).update(ended_at=clock.now())
    change.done_at = clock.now()
    change.save(update_fields=["done_at"])
    audit.record(actor, Event.ADDRESS_CHANGED, subject=person.pk, which=change.pk)


def keep_address(actor: Actor, token: str) -> None:
    """The old address counts, as before; sessions, open links and the password are worth nothing.

    Refuses: LinkSpent.
    Locks: the change, the person.
    Records: ADDRESS_STOPPED, SESSION_ENDED.
    """
    change = lock_kept(token)
    if change is None:
        raise LinkSpent
    person = Person.objects.select_for_update().get(pk=change.person_id)
    was_done = change.done_at is not None
    if was_done:
        if is_taken(bytes(change.old_index), by_others_than=person.pk):
            raise LinkSpent
        old = Profile("", unsealed_for(CHANGE, change.pk, bytes(change.old_sealed)).email)
        _sign_in_with(actor, person, old.email)
    # Whoever asked knew the password. The owner chooses another one, by a letter to this address.
    person.password = make_password(None)
    person.save(update_fields=["password"])
    open_ones = AddressChange.objects.filter(person=person, ended_at=None)
    for one in open_ones.filter(asked_at__gte=change.asked_at):
        _end(actor, one, kinds=[PROOF])
    PasswordReset.objects.filter(person=person, ended_at=None).update(ended_at=clock.now())
    outbox.withdraw(actor, person.pk, kinds=["accounts.reset"])
    end_sessions(actor, policy.open_sessions().filter(person=person), why="reset")
    audit.record(
        actor,
        Event.ADDRESS_STOPPED,
        subject=person.pk,
        which=change.pk,
        was_done="yes" if was_done else "no",
    )


def _asked(person: Person, address: str) -> tuple[AddressChange, str, str]:
    """The change, not yet saved, with the keys of its two links."""
    now, change_id, proof, stop = clock.now(), new_id(), new_token(), new_token()
    old = unsealed(person.pk, bytes(person.profile_sealed)).email
    change = AddressChange(
        id=change_id,
        person=person,
        new_index=sign_in_index(address),
        new_sealed=sealed_for(CHANGE, change_id, Profile("", address.strip())),
        old_index=bytes(person.sign_in_index),
        old_sealed=sealed_for(CHANGE, change_id, Profile("", old)),
        proof_digest=token_digest(PROVE, proof),
        stop_digest=token_digest(KEEP, stop),
        asked_at=now,
        proof_until=now + policy.ADDRESS_PROOF,
        stop_until=now + policy.ADDRESS_STOP,
    )
    return change, proof, stop


def _write(actor: Actor, change: AddressChange, kind: str, address: str, link: str) -> None:
    until = change.proof_until if kind == PROOF else change.stop_until
    outbox.post(
        actor,
        kind,
        to=address,
        params={"link": link, "until": until},
        key=f"{kind}.{change.pk.hex}",
        about=change.pk,
        until=until,
    )


def _sign_in_with(actor: Actor, person: Person, email: str) -> None:
    profile = renamed(unsealed(person.pk, bytes(person.profile_sealed)), email)
    person.sign_in_index = sign_in_index(email)
    person.profile_sealed = sealed(person.pk, profile)
    try:
        person.save(update_fields=["sign_in_index", "profile_sealed"])
    except IntegrityError:
        # Somebody else came to sign in with it at this very moment; nothing of ours is kept.
        raise LinkSpent from None
    revoke(actor, person.pk)


def _end(actor: Actor, change: AddressChange, *, kinds: list[str]) -> None:
    """The change can neither be proven nor be taken back any more."""
    change.ended_at = clock.now()
    change.save(update_fields=["ended_at"])
    outbox.withdraw(actor, change.pk, kinds=kinds)
