"""Who can act for me, for whom I act, and who asks me to."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from patients import selectors
from patients.models import KEY_PURPOSE, Offer, Proxy, Purpose
from patients.readings.grants import (
    MAY_WORDS,
    RELATION_WORDS,
    GrantLine,
    OfferLine,
    grant_lines,
    in_words,
    offer_line,
)
from patients.readings.lines import names_under, unsealed
from patients.vocabulary import Event
from portal.accounts.selectors import names_of as people_named
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.envelope import OpenKey
from portal.kernel.actor import Actor

ENDED = 5


@dataclass(frozen=True, slots=True, repr=False)
class Acting:
    """A patient for whom the reader acts."""

    patient_id: UUID
    patient_name: str
    grant: GrantLine


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """An offer that waits for the reader's answer."""

    id: UUID
    patient_name: str
    asked_by: str
    is_record: bool
    relation_words: str
    may_words: str


@dataclass(frozen=True, slots=True, repr=False)
class ProxiesPage:
    """Everything about acting for one another that concerns the reader."""

    patient_id: UUID | None
    grants: list[GrantLine]
    offers: list[OfferLine]
    ended: list[GrantLine]
    acting: list[Acting]
    questions: list[Question]


def proxies(actor: Actor) -> ProxiesPage:
    """The page. Whoever has no record and acts for nobody finds it empty.

    Records: PROXIES_READ for one's own record, NAMES_READ for those for whom one acts,
        OFFERS_READ for those who ask.
    """
    mine, key = _own(actor)
    grants: list[GrantLine] = []
    offers: list[OfferLine] = []
    ended: list[GrantLine] = []
    if mine and key:
        audit.record_alone(actor, Event.PROXIES_READ, patient=mine)
        born = unsealed(key, selectors.patient_of(mine)).born
        grants = grant_lines(selectors.standing_grants(mine), born)
        offers = [offer_line(key, row) for row in selectors.open_offers(mine, Purpose.PROXY)]
        ended = [grant_lines([row])[0] for row in selectors.ended_grants(mine, ENDED)]
    return ProxiesPage(
        patient_id=mine,
        grants=grants,
        offers=offers,
        ended=ended,
        acting=_acting(actor, selectors.my_grants(actor)),
        questions=_questions(actor, selectors.offers_to(actor)),
    )


def questions_card(actor: Actor) -> dict[str, bool]:
    """Whether somebody waits for the reader's yes or no."""
    return {"asked_to_act": bool(selectors.offers_to(actor))}


def _own(actor: Actor) -> tuple[UUID | None, OpenKey | None]:
    """The reader's own record with its key; nothing for nobody, and once it is erased."""
    mine = selectors.own_record(actor)
    if mine is None:
        return None, None
    try:
        return mine, keys.open_data_key(mine, KEY_PURPOSE, mine)
    except keys.KeyGone:
        return None, None


def _acting(actor: Actor, rows: list[Proxy]) -> list[Acting]:
    ids = list({row.patient_id for row in rows})
    if ids:
        audit.record_alone(
            actor, Event.NAMES_READ, patients=ids[:100], on_behalf=True, shown=len(ids)
        )
    names = names_under(ids)
    return [
        Acting(line.patient_id, names[line.patient_id], line)
        for line in grant_lines(rows)
        if line.patient_id in names
    ]


def _questions(actor: Actor, rows: Iterable[Offer]) -> list[Question]:
    rows = list(rows)
    ids = list({row.patient_id for row in rows})
    if ids:
        audit.record_alone(actor, Event.OFFERS_READ, patients=ids[:100])
    names, people = names_under(ids), people_named({row.made_by for row in rows})
    return [
        Question(
            row.pk,
            names[row.patient_id],
            people.get(row.made_by, ""),
            row.purpose == Purpose.RECORD,
            in_words(RELATION_WORDS, row.relation),
            in_words(MAY_WORDS, row.scope),
        )
        for row in rows
        if row.patient_id in names
    ]
