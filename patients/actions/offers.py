"""Invitations: to use one's own record, or to act for somebody. Made, settled, taken back."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from patients import policy, selectors
from patients.actions.links import grant_spells, refuse_if_nothing_is_left
from patients.actions.receipts import first_result
from patients.actions.records import tie_account
from patients.errors import (
    AlreadyInvited,
    AlreadyLinked,
    AlreadyOnPortal,
    AlreadyProxy,
    EndBeforeStart,
    HasDied,
    NotForOneself,
    ProofMissing,
)
from patients.models import (
    KEY_PURPOSE,
    Offer,
    Outcome,
    Patient,
    Purpose,
    Scope,
    address_place,
)
from patients.readings.lines import unsealed
from patients.vocabulary import Event
from portal.accounts import actions as accounts
from portal.accounts.errors import NotFresh
from portal.accounts.models import Person
from portal.accounts.selectors import proven_lately
from portal.accounts.selectors.people import sign_in_index
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.envelope import OpenKey, seal
from portal.kernel import clock
from portal.kernel.actor import Actor, ActorKind, system_actor
from portal.kernel.errors import NotFound

DAYS = 14
ENROLMENT = system_actor("enrolment")
SIGN_IN_FIRST = _("Letting somebody act is a big step. Please sign in again, then try once more.")
ROLES = {Purpose.RECORD: "patient", Purpose.PROXY: "proxy"}
LETTERS = {Purpose.RECORD: "patients.record", Purpose.PROXY: "patients.proxy"}


def invite_patient(
    actor: Actor, patient_id: UUID, address: str, *, proofing: str, command_id: UUID
) -> Offer:
    """A letter goes to this address: whoever opens its link becomes the patient's own account.

    Refuses: NotFound, NotForOneself, AlreadyOnPortal, HasDied, AlreadyInvited, ProofMissing,
        CommandReused.
    Locks: the patient.
    Records: OFFER_MADE.
    """
    patient = selectors.lock_patient(actor, patient_id, among=policy.arrangeable_patients)
    if not proofing:
        raise ProofMissing
    offer = Offer(patient=patient, purpose=Purpose.RECORD, proofing=proofing)
    if first := _first(actor, offer, address, command_id):
        return first
    if patient.person_id:
        raise AlreadyOnPortal
    _refuse_oneself(actor, address)
    return _made(actor, offer, address)


def offer_proxy(
    actor: Actor,
    patient_id: UUID,
    address: str,
    *,
    scope: Scope,
    relation: str,
    valid_to: date | None = None,
    proofing: str = "",
    command_id: UUID,
) -> Offer:
    """A letter goes to this address: whoever accepts may act for the patient, as far as offered.

    What a coordinator offers, needs a proof of who it is; a patient vouches with their sign-in.

    Refuses: NotFound, NotFresh, NotForOneself, AlreadyProxy, AlreadyInvited, ProofMissing,
        EndBeforeStart, BirthDateMissing, NothingLeft, CommandReused.
    Locks: the patient.
    Records: OFFER_MADE.
    """
    patient = selectors.lock_patient(actor, patient_id, among=policy.grantable_patients)
    if not proven_lately(actor):
        raise NotFresh(SIGN_IN_FIRST)
    if patient.person_id != actor.id and actor.is_person and not proofing:
        raise ProofMissing
    offer = Offer(
        patient=patient,
        purpose=Purpose.PROXY,
        scope=scope,
        relation=relation,
        valid_to=valid_to,
        proofing=proofing if patient.person_id != actor.id else "",
    )
    if first := _first(actor, offer, address, command_id):
        return first
    _refuse_odd_people(actor, patient, address)
    if valid_to and valid_to < selectors.clinic_day(clock.now()):
        raise EndBeforeStart
    refuse_if_nothing_is_left(actor, patient, Scope(scope), relation, valid_to)
    return _made(actor, offer, address)


def withdraw_offer(actor: Actor, offer_id: UUID) -> Offer:
    """Nobody can accept this any more, and its letter does not go out if it has not yet.

    Refuses: NotFound.
    Locks: the offer.
    Records: OFFER_SETTLED.
    """
    offer = selectors.lock_offer(policy.withdrawable_offers(actor), offer_id)
    _settle(actor, offer, Outcome.WITHDRAWN)
    _take_back_letter(offer)
    return offer


def decline_offer(actor: Actor, offer_id: UUID) -> Offer:
    """Whoever was asked said no.

    Refuses: NotFound.
    Locks: the offer.
    Records: OFFER_SETTLED.
    """
    offer = selectors.lock_offer(policy.acceptable_offers(actor), offer_id)
    _settle(actor, offer, Outcome.DECLINED, person_id=actor.id)
    _take_back_letter(offer)
    return offer


def accept_offer(actor: Actor, offer_id: UUID) -> Offer:
    """Whoever was asked has the account of the record, or may act for the patient, from now on.

    Refuses: NotFound, AlreadyLinked, AlreadyProxy, NotForOneself, NothingLeft, BirthDateMissing.
    Locks: the offer, the patient.
    Records: OFFER_SETTLED, ACCOUNT_LINKED, PROXY_GRANTED, ROLE_GRANTED.
    """
    offer = selectors.lock_offer(policy.acceptable_offers(actor), offer_id)
    accounts.grant_role(ENROLMENT, actor.id, ROLES[Purpose(offer.purpose)])
    _accepted(actor, offer, actor.id)
    _take_back_letter(offer)
    return offer


def enrolled(actor: Actor, person_id: UUID, invitation: Any) -> None:
    """Whoever came in by a letter of this ward has what the letter offered.

    Refuses: NotFound, AlreadyLinked, AlreadyProxy, NotForOneself, NothingLeft, BirthDateMissing.
    Locks: the offer, the patient.
    Records: OFFER_SETTLED, ACCOUNT_LINKED, PROXY_GRANTED.
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFound(kind="patient")
    if invitation.purpose in LETTERS.values():
        _accepted(
            actor, selectors.lock_offer(policy.offers_in_force(), invitation.subject), person_id
        )


def _first(actor: Actor, offer: Offer, address: str, command_id: UUID) -> Offer | None:
    """What this command made when it came before."""
    about = (offer.patient_id, offer.purpose, offer.scope, offer.relation, offer.valid_to)
    content = (*about, offer.proofing, address.strip().casefold())
    first = first_result(actor, command_id, content, offer.pk)
    return Offer.objects.get(pk=first) if first else None


def _made(actor: Actor, offer: Offer, address: str) -> Offer:
    now, patient_id = clock.now(), offer.patient_id
    offer.sign_in_index = sign_in_index(address)
    known = Offer.objects.filter(
        patient=patient_id,
        purpose=offer.purpose,
        sign_in_index=offer.sign_in_index,
        settled_at=None,
    )
    for old in known.select_for_update():
        if old.expires_at > now:
            raise AlreadyInvited
        _settle(actor, old, Outcome.LAPSED)
    key = keys.open_data_key(patient_id, KEY_PURPOSE, patient_id)
    if offer.purpose == Purpose.RECORD and unsealed(key, offer.patient).died:
        raise HasDied
    offer.address_sealed = seal(key, address.strip().encode(), address_place(key, offer.pk))
    offer.made_by, offer.made_at, offer.expires_at = actor.id, now, now + timedelta(days=DAYS)
    offer.letter = _letter(actor, offer, key, address.strip())
    offer.save(force_insert=True)
    audit.record(
        actor,
        Event.OFFER_MADE,
        patient=patient_id,
        subject=offer.pk,
        purpose=str(offer.purpose),
        scope=str(offer.scope) or "none",
        proof=offer.proofing or "none",
    )
    return offer


def _letter(actor: Actor, offer: Offer, key: OpenKey, address: str) -> UUID:
    """The letter with the link goes out with the commit. A patient is known by name already."""
    is_record = offer.purpose == Purpose.RECORD
    made = accounts.invite(
        actor,
        purpose=LETTERS[Purpose(offer.purpose)],
        address=address,
        role=ROLES[Purpose(offer.purpose)],
        subject=offer.pk,
        proofing=offer.proofing or "none",
        days=DAYS,
        name=unsealed(key, offer.patient).name.shown if is_record else "",
    )
    return made.pk


def _take_back_letter(offer: Offer) -> None:
    """The letter does not go out any more, and its link leads nowhere."""
    if offer.letter:
        accounts.withdraw_invitation(ENROLMENT, offer.letter)


def _refuse_odd_people(actor: Actor, patient: Patient, address: str) -> None:
    """Nobody acts for themself, and nobody acts twice."""
    found = Person.objects.filter(sign_in_index=sign_in_index(address)).first()
    if found is None:
        return
    if found.pk in {actor.id, patient.person_id}:
        raise NotForOneself
    if policy.grants_ahead().filter(patient=patient, person=found).exists():
        raise AlreadyProxy


def _refuse_oneself(actor: Actor, address: str) -> None:
    """Nobody opens somebody's record to themself."""
    if Person.objects.filter(pk=actor.id, sign_in_index=sign_in_index(address)).exists():
        raise NotForOneself


def _settle(actor: Actor, offer: Offer, outcome: Outcome, *, person_id: UUID | None = None) -> None:
    offer.settled_at, offer.outcome, offer.person_id = clock.now(), outcome, person_id
    offer.save(update_fields=["settled_at", "outcome", "person"])
    audit.record(
        actor,
        Event.OFFER_SETTLED,
        patient=offer.patient_id,
        subject=offer.pk,
        how=str(outcome),
    )


def _accepted(actor: Actor, offer: Offer, person_id: UUID) -> None:
    """The offer has become what it was for."""
    patient = Patient.objects.select_for_update(of=("self",)).get(pk=offer.patient_id)
    if patient.merged_into_id:
        raise NotFound(kind="patient", subject=patient.pk)
    if offer.made_by == person_id:
        raise NotForOneself  # who made it may have come to sign in with that address since
    if offer.purpose == Purpose.RECORD:
        if patient.person_id == person_id:
            raise AlreadyLinked
        tie_account(actor, patient, person_id, proofing=offer.proofing)
    else:
        grant_spells(actor, patient, person_id, offer)
    _settle(actor, offer, Outcome.ACCEPTED, person_id=person_id)
