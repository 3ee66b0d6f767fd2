"""The page of one record, and all that is kept about a patient."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language_info, gettext, gettext_noop

from patients import policy, selectors
from patients.models import KEY_PURPOSE, Encounter, Offer, Patient, encounter_place
from patients.ports import Chart, EmergencyContact, EncounterWords, age_on, born_on
from patients.readings.lines import unsealed
from patients.vocabulary import Event
from portal.accounts.selectors import names_of as people_named
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.envelope import OpenKey, unseal
from portal.kernel import clock
from portal.kernel.actor import Actor

SHOWN = 20
SEX_WORDS = {
    "female": gettext_noop("Female"),
    "male": gettext_noop("Male"),
    "other": gettext_noop("Other"),
}
SCOPE_WORDS = {
    "read": gettext_noop("may read"),
    "correspond": gettext_noop("may read and write messages"),
    "full": gettext_noop("may do everything that the patient may"),
}
STATUS_WORDS = {
    "planned": gettext_noop("Planned"),
    "cancelled": gettext_noop("Cancelled"),
}
CLASS_WORDS = {
    "AMB": gettext_noop("Visit"),
    "EMER": gettext_noop("Emergency"),
    "IMP": gettext_noop("Stay in hospital"),
    "VR": gettext_noop("Video visit"),
    "HH": gettext_noop("Home visit"),
}


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """The chart as its page shows it."""

    patient_id: UUID
    name: str
    preferred_name: str
    pronouns: str
    born_on: date | None
    born: str
    age: int | None
    died: str
    sex_words: str
    language_words: str
    phone: str
    email: str
    address: tuple[str, ...]
    emergency: EmergencyContact | None


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """Somebody around the patient, by name."""

    name: str
    role: str
    valid_from: date | None
    valid_to: date | None
    scope_words: str = ""

    @property
    def until(self) -> date | None:
        """The last day, if one is set."""
        return self.valid_to


@dataclass(frozen=True, slots=True, repr=False)
class EncounterLine:
    """One encounter in words."""

    at: datetime | None
    kind_words: str
    reason: str
    clinician: str
    place: str


@dataclass(frozen=True, slots=True, repr=False)
class ChartPage:
    """All that the page of a record shows."""

    chart: Facts
    is_own: bool
    acts_for: bool
    may_write: bool
    may_see_report: bool
    care_team: list[Member]
    proxies: list[Member]
    encounters: list[EncounterLine]
    n_encounters: int


def chart(actor: Actor, patient_id: UUID) -> ChartPage:
    """The record of a patient whom the actor reaches. Raises NotFound, also once it is erased.

    Records: CHART_READ.
    """
    patient = selectors.fetch_patient(actor, patient_id)
    try:
        key = keys.open_data_key(patient_id, KEY_PURPOSE, patient_id)
    except keys.KeyGone:
        raise selectors.not_found(patient_id) from None
    label = selectors.label_for(actor.id, patient_id)
    encounters = selectors.encounters_of(patient_id)
    shown, n_encounters = list(encounters[:SHOWN]), encounters.count()
    audit.record_alone(
        actor,
        Event.CHART_READ,
        patient=patient_id,
        on_behalf=label == "proxy",
        encounters=len(shown),
    )
    team, proxies = _people(patient_id)
    return ChartPage(
        chart=_facts(patient_id, unsealed(key, patient)),
        is_own=label == "patient",
        acts_for=label == "proxy",
        may_write=policy.correspondable_patients(actor).filter(pk=patient_id).exists(),
        may_see_report=policy.reportable_patients(actor).filter(pk=patient_id).exists(),
        care_team=team,
        proxies=proxies,
        encounters=_encounters(key, shown),
        n_encounters=n_encounters,
    )


def exported(patient_id: UUID) -> dict[str, Any]:
    """All that this ward keeps about a patient, readable. Whoever hands it out leaves the entry."""
    patient = Patient.objects.get(pk=patient_id)
    key = keys.open_data_key(patient_id, KEY_PURPOSE, patient_id)
    rows = list(selectors.encounters_of(patient_id))
    return {
        "chart": asdict(unsealed(key, patient)),
        "since": patient.created_at,
        "encounters": [
            {"status": row.status, "class": row.class_code, "starts_at": row.starts_at}
            | {"ends_at": row.ends_at}
            | asdict(_words(key, row))
            for row in rows
        ],
        "care_team": list(patient.care_team.values("role", "valid_from", "valid_to", "ends_at")),
        "proxies": list(patient.proxies.values("scope", "relation", "valid_from", "ends_at")),
    }


def exported_offers(patient_id: UUID) -> list[dict[str, Any]]:
    """Who was invited to this record, and how it ended."""
    rows = Offer.objects.filter(patient=patient_id).order_by("made_at")
    told = ("purpose", "scope", "relation", "proofing", "made_at", "settled_at", "outcome")
    return list(rows.values(*told))


def _facts(patient_id: UUID, found: Chart) -> Facts:
    today = selectors.clinic_day(clock.now())
    return Facts(
        patient_id=patient_id,
        name=found.name.shown,
        preferred_name=found.preferred_name,
        pronouns=found.pronouns,
        born_on=born_on(found.born),
        born=found.born,
        age=None if found.died else age_on(found.born, today),
        died=found.died,
        sex_words=gettext(SEX_WORDS[found.sex]) if found.sex in SEX_WORDS else "",
        language_words=_language_words(found.language),
        phone=found.reached_by("phone") or found.reached_by("sms"),
        email=found.reached_by("email"),
        address=found.address,
        emergency=found.emergency,
    )


def _language_words(code: str) -> str:
    """The language by its name, as far as it is known here."""
    try:
        return str(get_language_info(code.lower())["name_translated"]) if code else ""
    except KeyError:
        return code


def _people(patient_id: UUID) -> tuple[list[Member], list[Member]]:
    """The care team and the proxies of today, by name."""
    around = selectors.people_around(patient_id)
    names = people_named([each.person_id for each in around])
    team = [
        Member(names.get(each.person_id, ""), each.role, each.since, each.until)
        for each in around
        if each.is_staff
    ]
    proxies = [
        Member(
            names.get(each.person_id, ""),
            each.role,
            each.since,
            each.until,
            gettext(SCOPE_WORDS[each.scope]),
        )
        for each in around
        if each.role == "proxy"
    ]
    return team, proxies


def _encounters(key: OpenKey, rows: Collection[Encounter]) -> list[EncounterLine]:
    names = people_named([row.clinician_id for row in rows if row.clinician_id])
    return [_encounter_line(key, row, names) for row in rows]


def _encounter_line(key: OpenKey, row: Encounter, names: dict[UUID, str]) -> EncounterLine:
    words = _words(key, row)
    kind = words.kind or gettext(CLASS_WORDS.get(row.class_code, CLASS_WORDS["AMB"]))
    if row.status in STATUS_WORDS:
        kind = f"{kind} ({gettext(STATUS_WORDS[row.status])})"
    clinician = names.get(row.clinician_id, "") if row.clinician_id else ""
    return EncounterLine(row.starts_at, kind, words.reason, clinician, words.place)


def _words(key: OpenKey, row: Encounter) -> EncounterWords:
    sealed = bytes(row.details_sealed)
    key = key.of(sealed)
    return EncounterWords.unpacked(unseal(key, sealed, encounter_place(key, row.pk)))
