"""Links between people and patients: care teams and proxies, begun and ended."""

from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from patients import policy, selectors
from patients.clocks import PARENTAL, Spell, grown_up, spells
from patients.errors import (
    AlreadyEnded,
    AlreadyOnTeam,
    AlreadyProxy,
    BirthDateMissing,
    EndBeforeStart,
    NoStaffRole,
    NotForOneself,
    NothingLeft,
)
from patients.models import (
    KEY_PURPOSE,
    CareTeamMember,
    Link,
    Offer,
    Patient,
    Proxy,
    Scope,
    Source,
)
from patients.ports import born_by
from patients.readings.lines import unsealed
from patients.vocabulary import Event
from portal.accounts import policy as people
from portal.accounts.actions.sessions import revoke
from portal.accounts.models import Person
from portal.audit import actions as audit
from portal.crypto import keys
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.outbox import actions as outbox

L = TypeVar("L", bound=Link)


def add_to_care_team(
    actor: Actor,
    patient_id: UUID,
    person_id: UUID,
    *,
    role: str = "clinician",
    valid_from: date | None = None,
    valid_to: date | None = None,
    source: Source = Source.MANUAL,
) -> CareTeamMember:
    """This person treats the patient from the first day (today) to the last, both included.

    Refuses: NotFound, NotForOneself, NoStaffRole, AlreadyOnTeam, EndBeforeStart.
    Locks: the patient.
    Records: CARE_TEAM_JOINED.
    """
    selectors.lock_patient(actor, patient_id, among=policy.arrangeable_patients)
    if person_id == actor.id:
        raise NotForOneself
    _active_person(person_id)
    if not people.grants_in_force().filter(person=person_id, role__in=policy.TREATING).exists():
        raise NoStaffRole
    link = CareTeamMember(
        patient_id=patient_id, person_id=person_id, role=role, source=source, created_at=clock.now()
    )
    _place_in_time(link, valid_from, valid_to)
    if _overlapping(CareTeamMember.objects.all(), link).exists():
        raise AlreadyOnTeam
    link.save(force_insert=True)
    audit.record(
        actor,
        Event.CARE_TEAM_JOINED,
        patient=patient_id,
        subject=link.pk,
        person=person_id,
        joined_as=role,
        source=str(source),
    )
    return link


def end_care_team(actor: Actor, link_id: UUID) -> CareTeamMember:
    """The link holds no more; open pages of that person know within a second.

    Refuses: NotFound, AlreadyEnded.
    Locks: the link.
    Records: CARE_TEAM_ENDED.
    """
    link = _ended(actor, policy.endable_links(actor), link_id, kind="care-team link")
    audit.record(
        actor,
        Event.CARE_TEAM_ENDED,
        patient=link.patient_id,
        subject=link.pk,
        person=link.person_id,
    )
    revoke(actor, link.person_id)
    return link


def grant_proxy(
    actor: Actor,
    patient_id: UUID,
    person_id: UUID,
    *,
    scope: Scope,
    relation: str = "other",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Proxy:
    """This person acts for the patient, as themself, from the first day to the last.

    Refuses: NotFound, NotForOneself, AlreadyProxy, EndBeforeStart.
    Locks: the patient.
    Records: PROXY_GRANTED.
    """
    patient = selectors.lock_patient(actor, patient_id, among=policy.grantable_patients)
    if person_id == actor.id:
        raise NotForOneself
    first = valid_from or selectors.clinic_day(clock.now())
    return _granted(actor, patient, person_id, Spell(scope, first, valid_to), relation)


def grant_spells(actor: Actor, patient: Patient, person_id: UUID, offer: Offer) -> list[Proxy]:
    """This person acts for the patient as was offered, a parent only as far as birthdays let.

    The caller holds the patient's lock, and has asked who may grant.

    Refuses: NotFound, NotForOneself, AlreadyProxy, NothingLeft, BirthDateMissing, EndBeforeStart.
    Records: PROXY_GRANTED, once for each spell.
    """
    asked_on = selectors.clinic_day(offer.made_at)
    spells = _spells(patient, Scope(offer.scope), offer.relation, offer.valid_to, asked_on)
    return [_granted(actor, patient, person_id, spell, offer.relation, offer) for spell in spells]


def refuse_if_nothing_is_left(
    actor: Actor, patient: Patient, scope: Scope, relation: str, valid_to: date | None
) -> None:
    """A grant of this kind, begun today, would give something.

    Refuses: NothingLeft, BirthDateMissing.
    Records: nothing.
    """
    _spells(patient, scope, relation, valid_to)


def _spells(
    patient: Patient,
    scope: Scope,
    relation: str,
    valid_to: date | None,
    asked_on: date | None = None,
) -> list[Spell]:
    """What is left from today on. What was asked about a child is no wish of the adult."""
    today = selectors.clinic_day(clock.now())
    wanted = Spell(scope, today, valid_to)
    if relation not in PARENTAL:
        return [wanted]
    key = keys.open_data_key(patient.pk, KEY_PURPOSE, patient.pk)
    born = born_by(unsealed(key, patient).born)
    if born is None:
        raise BirthDateMissing
    ages = selectors.proxy_ages()
    if grown_up(born, asked_on or today, ages):
        return [wanted]
    found = spells(born, wanted, ages)
    if not found:
        raise NothingLeft
    return found


def _granted(
    actor: Actor,
    patient: Patient,
    person_id: UUID,
    spell: Spell,
    relation: str,
    offer: Offer | None = None,
) -> Proxy:
    if person_id == patient.person_id:
        raise NotForOneself
    _active_person(person_id)
    grant = Proxy(
        patient=patient,
        person_id=person_id,
        scope=spell.scope,
        relation=relation,
        granted_by=offer.made_by if offer else actor.id,
        proofing=offer.proofing if offer else "",
        created_at=clock.now(),
    )
    _place_in_time(grant, spell.first, spell.last)
    if _overlapping(Proxy.objects.all(), grant).exists():
        raise AlreadyProxy
    grant.save(force_insert=True)
    audit.record(
        actor,
        Event.PROXY_GRANTED,
        patient=patient.pk,
        subject=grant.pk,
        person=person_id,
        scope=str(spell.scope),
        proof=grant.proofing or "none",
    )
    return grant


def end_proxy(actor: Actor, proxy_id: UUID) -> Proxy:
    """This grant and what was to follow it hold no more; open pages know within a second.

    Letters that wait for the person about this patient do not go out any more.

    Refuses: NotFound, AlreadyEnded.
    Locks: the grant, and later ones of the same two.
    Records: PROXY_ENDED, once for each.
    """
    grant = _ended(actor, policy.endable_proxies(actor), proxy_id, kind="proxy")
    later = policy.endable_proxies(actor).filter(
        patient=grant.patient_id, person=grant.person_id, begins_at__gt=grant.begins_at
    )
    ahead = later.filter(pk__in=policy.grants_ahead().values("pk")).order_by("pk")
    rest = [_ended(actor, later, each.pk, kind="proxy") for each in ahead]
    for each in (grant, *rest):
        audit.record(
            actor,
            Event.PROXY_ENDED,
            patient=each.patient_id,
            subject=each.pk,
            person=each.person_id,
            on_behalf=each.person_id == actor.id,
        )
    outbox.withdraw_from(actor, grant.person_id)
    revoke(actor, grant.person_id)
    return grant


def _active_person(person_id: UUID) -> None:
    if not Person.objects.filter(pk=person_id, is_active=True).exists():
        raise NotFound(kind="person")


def _place_in_time(link: Link, valid_from: date | None, valid_to: date | None) -> None:
    today = selectors.clinic_day(clock.now())
    link.valid_from, link.valid_to = valid_from or today, valid_to
    if valid_to and valid_to < max(link.valid_from, today):
        raise EndBeforeStart
    link.begins_at, link.ends_at = selectors.clinic_days(link.valid_from, valid_to)


def _overlapping(links: "QuerySet[L]", link: L) -> "QuerySet[L]":
    """Links of the same two that hold at some instant at which this one would."""
    same = links.filter(patient=link.patient_id, person=link.person_id)  # type: ignore[attr-defined]
    same = same.filter(Q(ends_at=None) | Q(ends_at__gt=max(link.begins_at, clock.now())))
    return same.filter(begins_at__lt=link.ends_at) if link.ends_at else same


def _ended(actor: Actor, links: "QuerySet[L]", link_id: UUID, *, kind: str) -> L:
    link = links.select_for_update(of=("self",)).filter(pk=link_id).first()
    if link is None:
        exists = links.model._default_manager.filter(pk=link_id).exists()
        raise NotFound(kind=kind, subject=link_id if exists else None)
    now = clock.now()
    if link.ends_at and link.ends_at <= now:
        raise AlreadyEnded
    link.ends_at, link.ended_by = now, actor.id
    link.save(update_fields=["ends_at", "ended_by"])
    return link
