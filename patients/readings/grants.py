"""Who may act for whom, in words: one line for each person, with every spell of what they may."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext, gettext_noop

from patients import selectors
from patients.clocks import PARENTAL, birthday
from patients.models import Offer, Proxy, address_place
from patients.ports import born_by
from portal.accounts.selectors import names_of as people_named
from portal.crypto.envelope import OpenKey, unseal
from portal.kernel import clock

MAY_WORDS = {
    "read": gettext_noop("May read the record and all messages. May not write."),
    "correspond": gettext_noop("May read everything and write messages to the clinic."),
    "full": gettext_noop("May do everything the patient may, but not let others act."),
}
RELATION_WORDS = {
    "parent": gettext_noop("parent"),
    "child": gettext_noop("son or daughter"),
    "partner": gettext_noop("partner"),
    "guardian": gettext_noop("legal guardian"),
    "carer": gettext_noop("carer"),
    "other": gettext_noop("family or friend"),
}
PROOF_WORDS = {
    "in-person": gettext_noop("seen at the clinic"),
    "document": gettext_noop("by a document"),
    "known-contact": gettext_noop("by a phone number or address that the clinic knew"),
}


@dataclass(frozen=True, slots=True, repr=False)
class SpellLine:
    """What somebody may do in some days."""

    may_words: str
    first: date
    last: date | None
    is_now: bool


@dataclass(frozen=True, slots=True, repr=False)
class GrantLine:
    """Somebody who acts for a patient."""

    id: UUID
    patient_id: UUID
    name: str
    relation_words: str
    proof_words: str
    since: date
    until: date | None
    spells: list[SpellLine]
    ended_on: date | None = None
    ends_of_age: bool = False
    """True if it is over because the patient is of age then."""

    @property
    def may_words(self) -> str:
        """What they may do now, or from the first day on."""
        return next(
            (each.may_words for each in self.spells if each.is_now), self.spells[0].may_words
        )

    @property
    def later(self) -> list[SpellLine]:
        """What changes by itself."""
        return self.spells[1:]


@dataclass(frozen=True, slots=True, repr=False)
class OfferLine:
    """An invitation that stands open."""

    id: UUID
    address: str
    purpose: str
    relation_words: str
    may_words: str
    proof_words: str
    made_on: date
    until: date
    valid_to: date | None


def grant_lines(rows: Iterable[Proxy], born: str = "") -> list[GrantLine]:
    """One line for each pair of patient and person; the rows of a pair stand together, in order."""
    rows = list(rows)
    names = people_named({row.person_id for row in rows})
    pairs = groupby(rows, key=lambda row: (row.patient_id, row.person_id))
    return [_grant_line(list(some), names, born) for _pair, some in pairs]


def offer_line(key: OpenKey, row: Offer) -> OfferLine:
    """An open offer with the address that it went to."""
    sealed = bytes(row.address_sealed)
    key = key.of(sealed)
    address = unseal(key, sealed, address_place(key, row.pk)).decode()
    return OfferLine(
        id=row.pk,
        address=address,
        purpose=row.purpose,
        relation_words=in_words(RELATION_WORDS, row.relation),
        may_words=in_words(MAY_WORDS, row.scope),
        proof_words=in_words(PROOF_WORDS, row.proofing),
        made_on=selectors.clinic_day(row.made_at),
        until=selectors.clinic_day(row.expires_at),
        valid_to=row.valid_to,
    )


def in_words(table: dict[str, str], code: str) -> str:
    """The code in the reader's language; nothing for no code."""
    return gettext(table[code]) if code in table else ""


def _grant_line(rows: list[Proxy], names: dict[UUID, str], born: str) -> GrantLine:
    first, last = rows[0], rows[-1]
    now = clock.now()
    spells = [
        SpellLine(
            in_words(MAY_WORDS, row.scope),
            row.valid_from,
            row.valid_to,
            row.begins_at <= now and (row.ends_at is None or row.ends_at > now),
        )
        for row in rows
    ]
    return GrantLine(
        id=first.pk,
        patient_id=first.patient_id,
        name=names.get(first.person_id, ""),
        relation_words=in_words(RELATION_WORDS, first.relation),
        proof_words=in_words(PROOF_WORDS, first.proofing),
        since=first.valid_from,
        until=last.valid_to,
        spells=spells,
        ended_on=selectors.clinic_day(last.ends_at) if last.ends_at else None,
        ends_of_age=first.relation in PARENTAL and _is_eve_of_age(born, last.valid_to),
    )


def _is_eve_of_age(born: str, last: date | None) -> bool:
    day = born_by(born)
    if day is None or last is None:
        return False
    return (birthday(day, selectors.proxy_ages().adult) - last).days == 1
