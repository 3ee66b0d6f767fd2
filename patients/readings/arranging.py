"""The page on which a coordinator arranges one patient: whom to call, who treats, who acts."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext, gettext_noop

from patients import policy, selectors
from patients.clocks import birthday, grown_up
from patients.models import KEY_PURPOSE, CareTeamMember, Patient, Purpose
from patients.ports import Chart, age_on, born_by, born_on
from patients.readings.grants import (
    PROOF_WORDS,
    GrantLine,
    OfferLine,
    grant_lines,
    in_words,
    offer_line,
)
from patients.readings.lines import unsealed
from patients.vocabulary import Event
from portal.accounts.selectors import names_of as people_named
from portal.accounts.selectors import people_with_role, profiles
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.envelope import OpenKey
from portal.kernel import clock
from portal.kernel.actor import Actor

TEAM_WORDS = {
    "clinician": gettext_noop("doctor or clinician"),
    "nurse": gettext_noop("nurse"),
    "therapist": gettext_noop("therapist"),
    "pharmacist": gettext_noop("pharmacist"),
    "coordinator": gettext_noop("coordinator"),
}
PAST = 5


@dataclass(frozen=True, slots=True, repr=False)
class Reached:
    """One way to reach the patient, and whether it is safe to use."""

    kind: str
    value: str
    is_safe: bool


@dataclass(frozen=True, slots=True, repr=False)
class TeamLine:
    """Somebody who treats, treated or is to treat the patient."""

    id: UUID
    person_id: UUID
    name: str
    role_words: str
    since: date
    until: date | None
    begins_later: bool


@dataclass(frozen=True, slots=True, repr=False)
class ArrangePage:
    """All that the page shows. Nothing about health, and no message."""

    patient_id: UUID
    name: str
    preferred_name: str
    pronouns: str
    born_on: date | None
    born: str
    age: int | None
    died: str
    mrn: str
    contacts: list[Reached]
    account_address: str
    has_account: bool
    account_proof: str
    invitations: list[OfferLine]
    proxy_offers: list[OfferLine]
    grants: list[GrantLine]
    team: list[TeamLine]
    staff: list[tuple[UUID, str]]
    teen_day: date | None
    adult_day: date | None
    suggested_address: str


def arranging(actor: Actor, patient_id: UUID) -> ArrangePage:
    """What may be arranged about this patient. Raises NotFound, also once the record is erased.

    Records: ARRANGING_READ.
    """
    patient = selectors.fetch_patient(actor, patient_id, among=policy.arrangeable_patients)
    try:
        key = keys.open_data_key(patient_id, KEY_PURPOSE, patient_id)
    except keys.KeyGone:
        raise selectors.not_found(patient_id) from None
    audit.record_alone(actor, Event.ARRANGING_READ, patient=patient_id)
    chart = unsealed(key, patient)
    teen_day, adult_day = _birthdays(chart)
    team = _team(patient_id)
    safe_address = chart.reached_by("email")
    return ArrangePage(
        patient_id=patient_id,
        name=chart.name.shown,
        preferred_name=chart.preferred_name,
        pronouns=chart.pronouns,
        born_on=born_on(chart.born),
        born=chart.born,
        age=None if chart.died else age_on(chart.born, selectors.clinic_day(clock.now())),
        died=chart.died,
        mrn=chart.mrn,
        contacts=[Reached(each.kind, each.value, each.safe) for each in chart.contacts],
        account_address=_account_address(patient),
        has_account=patient.person_id is not None,
        account_proof=in_words(PROOF_WORDS, patient.proofing),
        invitations=_offers(key, patient_id, Purpose.RECORD),
        proxy_offers=_offers(key, patient_id, Purpose.PROXY),
        grants=grant_lines(selectors.standing_grants(patient_id), chart.born),
        team=team,
        staff=_staff({each.person_id for each in team} | {actor.id}),
        teen_day=teen_day,
        adult_day=adult_day,
        suggested_address=safe_address,
    )


def staff(actor: Actor, patient_id: UUID) -> list[tuple[UUID, str]]:
    """Who could join this patient's care team, by name. Raises NotFound."""
    selectors.fetch_patient(actor, patient_id, among=policy.arrangeable_patients)
    return _staff({row.person_id for row in selectors.team_ahead(patient_id)} | {actor.id})


def _offers(key: OpenKey, patient_id: UUID, purpose: Purpose) -> list[OfferLine]:
    return [offer_line(key, row) for row in selectors.open_offers(patient_id, purpose)]


def _birthdays(chart: Chart) -> tuple[date | None, date | None]:
    """The birthdays on which a parent may do less, for somebody who is not of age."""
    born, ages = born_by(chart.born), selectors.proxy_ages()
    today = selectors.clinic_day(clock.now())
    if born is None or grown_up(born, today, ages):
        return None, None
    teen = birthday(born, ages.teen)
    return (teen if teen > today else None), birthday(born, ages.adult)


def _account_address(patient: Patient) -> str:
    if patient.person_id is None:
        return ""
    profile = profiles([patient.person_id]).get(patient.person_id)
    return profile.email if profile else ""


def _team(patient_id: UUID) -> list[TeamLine]:
    rows = selectors.team_ahead(patient_id)
    names = people_named({row.person_id for row in rows})
    return [_team_line(row, names) for row in rows]


def _team_line(row: CareTeamMember, names: dict[UUID, str]) -> TeamLine:
    return TeamLine(
        row.pk,
        row.person_id,
        names.get(row.person_id, ""),
        gettext(TEAM_WORDS[row.role]),
        row.valid_from,
        row.valid_to,
        row.begins_at > clock.now(),
    )


def _staff(known: set[UUID]) -> list[tuple[UUID, str]]:
    """Who could join the care team, by name."""
    others = {*people_with_role(*policy.TREATING)} - known
    return sorted(people_named(others).items(), key=lambda each: each[1].casefold())
