"""Offers: who was invited to which record, and whether that still stands."""

from uuid import UUID

from django.db.models import QuerySet

from patients import policy
from patients.models import CareTeamMember, Offer, Proxy, Purpose
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound


def open_offers(patient_id: UUID, purpose: Purpose) -> list[Offer]:
    """What was offered for this record and is not settled, the newest first."""
    rows = policy.offers_in_force().filter(patient=patient_id, purpose=purpose)
    return list(rows.order_by("-made_at", "-pk"))


def was_asked(patient_id: UUID, purpose: str) -> bool:
    """True if somebody was ever invited to this record, or to act for the patient."""
    return Offer.objects.filter(patient=patient_id, purpose=purpose).exists()


def offers_to(actor: Actor) -> list[Offer]:
    """What waits for the actor's yes or no, the oldest first."""
    return list(policy.acceptable_offers(actor).order_by("made_at", "pk"))


def lock_offer(rows: "QuerySet[Offer]", offer_id: UUID) -> Offer:
    """The offer among these, locked until the transaction ends. Raises NotFound."""
    offer = rows.select_for_update(of=("self",)).filter(pk=offer_id).first()
    if offer is None:
        raise offer_not_found(offer_id)
    return offer


def offer_not_found(offer_id: UUID) -> NotFound:
    """The one answer for an offer that is not there and one that is not yours."""
    offer = Offer.objects.filter(pk=offer_id).first()
    if offer is None:
        return NotFound(kind="invitation")
    return NotFound(kind="invitation", subject=offer.pk, patient=offer.patient_id)


def standing_grants(patient_id: UUID) -> list[Proxy]:
    """Every grant for this record that holds or is to hold, by person and by its first day."""
    rows = policy.grants_ahead().filter(patient=patient_id, person__is_active=True)
    return list(rows.order_by("person", "begins_at", "pk"))


def ended_grants(patient_id: UUID, limit: int) -> list[Proxy]:
    """The newest grants that hold no more."""
    rows = policy.grants_behind().filter(patient=patient_id)
    return list(rows.order_by("-ends_at", "-pk")[:limit])


def my_grants(actor: Actor) -> list[Proxy]:
    """Every grant that the actor holds, or is to hold, by patient and by its first day."""
    rows = policy.grants_ahead().filter(person=actor.id, patient__merged_into=None)
    return list(rows.order_by("patient", "begins_at", "pk")) if actor.is_person else []


def acts_for_somebody(actor: Actor) -> bool:
    """True for somebody who acts for a patient now, is to, or is asked to."""
    if not actor.is_person:
        return False
    ahead = policy.grants_ahead().filter(person=actor.id)
    return ahead.exists() or policy.acceptable_offers(actor).exists()


def patient_of_link(actor: Actor, link_id: UUID) -> UUID:
    """Whose care team this link is on, for whoever may end it. Raises NotFound."""
    rows = policy.endable_links(actor).filter(pk=link_id)
    found = rows.values_list("patient", flat=True).first()
    if found is None:
        raise _of_a_record(CareTeamMember.objects.filter(pk=link_id).first())
    return found


def patient_of_grant(actor: Actor, proxy_id: UUID) -> UUID:
    """For whom this grant is, for whoever may end it. Raises NotFound."""
    rows = policy.endable_proxies(actor).filter(pk=proxy_id)
    found = rows.values_list("patient", flat=True).first()
    if found is None:
        raise _of_a_record(Proxy.objects.filter(pk=proxy_id).first())
    return found


def _of_a_record(link: CareTeamMember | Proxy | None) -> NotFound:
    if link is None:
        return NotFound(kind="patient")
    return NotFound(kind="patient", subject=link.patient_id)
