"""Taking over people from another system. The same bundle twice leaves the same rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q

from patients import policy, selectors
from patients.actions.links import add_to_care_team
from patients.actions.records import change_chart, register_patient
from patients.bundles import ImportedEncounter, ImportedPatient, ImportedPractitioner, People
from patients.errors import AnotherPerson
from patients.models import (
    KEY_PURPOSE,
    CareTeamMember,
    Clinician,
    Encounter,
    Patient,
    Source,
    encounter_place,
)
from patients.ports import EncounterWords
from patients.readings.lines import unsealed
from patients.vocabulary import Event
from portal.accounts import actions as accounts
from portal.accounts.errors import NotAllowed
from portal.accounts.models import Person
from portal.accounts.policy import grants_in_force
from portal.accounts.selectors import Profile
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.envelope import OpenKey, seal, unseal
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import found or made: ids by what other systems know them by."""

    patients: Mapping[str, UUID] = field(default_factory=dict)
    clinicians: Mapping[str, UUID] = field(default_factory=dict)
    registered: int = 0
    changed: int = 0
    encounters: int = 0
    links: int = 0


@dataclass(frozen=True, slots=True)
class Engaged:
    """How a practitioner who is new here will sign in; without a password not yet."""

    email: str
    password_hash: str = field(default="", repr=False)


def import_people(
    actor: Actor, people: People, *, engaged: Mapping[str, Engaged], link_all: bool = False
) -> Imported:
    """The people of a bundle are here: all of them, or, refused, none.

    `engaged` says, by source, how practitioners will sign in; one whom it does not name and who
    is not known is not taken over. An open encounter makes its practitioners the care team; with
    `link_all` a finished one does, too, which only a demo should want.

    Refuses: NotAllowed, AnotherPerson, SignInTaken.
    Records: PERSON_CREATED, ROLE_GRANTED, PATIENT_REGISTERED, CHART_CHANGED, ENCOUNTERS_IMPORTED,
        CARE_TEAM_JOINED.
    """
    if not policy.may_register_patients(actor):
        raise NotAllowed
    mentioned = {source for e in people.encounters for source in e.practitioners}
    clinicians = selectors.find_clinicians(mentioned | {p.source for p in people.practitioners})
    for practitioner in people.practitioners:
        source = practitioner.source
        if source not in clinicians and source in engaged:
            clinicians[source] = _engaged(actor, practitioner, engaged[source])
    patients: dict[str, UUID] = {}
    tally = {"registered": 0, "changed": 0, "encounters": 0, "links": 0}
    for told in people.patients:
        patient, what = _taken_over(actor, told)
        patients[told.source] = patient.pk
        tally |= {what: tally[what] + 1} if what else {}
        encounters = [e for e in people.encounters if e.patient == told.source]
        tally["encounters"] += _encounters(actor, patient, encounters, clinicians)
        tally["links"] += _care_team(actor, patient, encounters, clinicians, link_all=link_all)
    found = {source: person.pk for source, person in clinicians.items()}
    return Imported(patients, found, **tally)


def _engaged(actor: Actor, practitioner: ImportedPractitioner, how: Engaged) -> Person:
    name = practitioner.name
    profile = Profile(name.shown, how.email, title="" if name.text else " ".join(name.prefix))
    person = accounts.create_person(actor, profile, password_hash=how.password_hash)
    accounts.grant_role(actor, person.pk, "clinician")
    index = selectors.source_index(practitioner.source)
    Clinician.objects.create(person=person, source_index=index)
    return person


def _taken_over(actor: Actor, told: ImportedPatient) -> tuple[Patient, str]:
    """The patient's record, and whether it was registered, changed, or neither."""
    patient = selectors.find_imported(told.source)
    if patient is None:
        return register_patient(actor, told.chart, source=told.source), "registered"
    key = keys.open_data_key(patient.pk, KEY_PURPOSE, patient.pk)
    known = unsealed(key, patient)
    if known == told.chart:
        return patient, ""
    shorter, longer = sorted((known.born, told.chart.born), key=len)
    if not longer.startswith(shorter):
        raise AnotherPerson
    return change_chart(actor, patient.pk, told.chart), "changed"


def _encounters(
    actor: Actor,
    patient: Patient,
    told: Iterable[ImportedEncounter],
    clinicians: Mapping[str, Person],
) -> int:
    """How many encounters are new or say something new."""
    by_index = {selectors.source_index(f"{patient.pk}|{each.source}"): each for each in told}
    if not by_index:
        return 0
    key = keys.open_data_key(patient.pk, KEY_PURPOSE, patient.pk)
    known = {
        bytes(row.source_index): row
        for row in Encounter.objects.filter(patient=patient, source_index__in=by_index)
    }
    added: list[Encounter] = []
    changed: list[Encounter] = []
    for index, each in by_index.items():
        row = known.get(index) or Encounter(id=new_id(), patient=patient, source_index=index)
        if _says_something_new(row, each, key, clinicians):
            (changed if index in known else added).append(row)
    Encounter.objects.bulk_create(added)
    fields = ["clinician", "status", "class_code", "starts_at", "ends_at", "details_sealed"]
    Encounter.objects.bulk_update(changed, fields)
    if added or changed:
        audit.record(
            actor,
            Event.ENCOUNTERS_IMPORTED,
            patient=patient.pk,
            added=len(added),
            changed=len(changed),
        )
    return len(added) + len(changed)


def _says_something_new(
    row: Encounter, told: ImportedEncounter, key: OpenKey, clinicians: Mapping[str, Person]
) -> bool:
    """True if the row was changed to what was told."""
    details = EncounterWords(told.kind, told.reason, told.place).packed()
    where = encounter_place(key, row.pk)
    clinician = next((clinicians[s] for s in told.practitioners if s in clinicians), None)
    facts = {
        "clinician_id": clinician.pk if clinician else None,
        "status": told.status,
        "class_code": told.class_code,
        "starts_at": told.starts_at,
        "ends_at": told.ends_at,
    }
    sealed = bytes(row.details_sealed)
    same = bool(sealed) and _words(key.of(sealed), row.pk, sealed) == details
    if same and all(getattr(row, name) == value for name, value in facts.items()):
        return False
    for name, value in facts.items():
        setattr(row, name, value)
    row.details_sealed = sealed if same else seal(key, details, where)
    return True


def _words(key: OpenKey, encounter_id: UUID, sealed: bytes) -> bytes:
    return unseal(key, sealed, encounter_place(key, encounter_id))


def _care_team(
    actor: Actor,
    patient: Patient,
    told: Iterable[ImportedEncounter],
    clinicians: Mapping[str, Person],
    *,
    link_all: bool,
) -> int:
    """How many people joined the care team. A link that somebody ended is not opened again."""
    made = 0
    for source, days in _days_of_care(told, link_all=link_all).items():
        first, last, goes_on = days
        person = clinicians.get(source)
        if person is None or not _may_treat(person) or _is_known(patient, person, first):
            continue
        add_to_care_team(
            actor,
            patient.pk,
            person.pk,
            valid_from=first,
            valid_to=last,
            source=Source.ENCOUNTER if goes_on else Source.DEMO,
        )
        made += 1
    return made


def _days_of_care(
    told: Iterable[ImportedEncounter], *, link_all: bool
) -> dict[str, tuple[date, date | None, bool]]:
    """For each practitioner: the first day of care, the last if it is known, whether it goes on."""
    today = selectors.clinic_day(clock.now())
    days: dict[str, tuple[date, date | None, bool]] = {}
    for each in told:
        if not each.is_open and not (link_all and each.status == "finished"):
            continue
        first = selectors.clinic_day(each.starts_at) if each.starts_at else today
        # What goes on goes on, whatever end was expected; only a plan is over by the calendar.
        planned = each.status == "planned" and each.ends_at
        last = selectors.clinic_day(planned) if planned else None
        for source in each.practitioners:
            before = days.get(source, (first, last, each.is_open))
            both = None if last is None or before[1] is None else max(last, before[1])
            days[source] = (min(first, before[0]), both, each.is_open or before[2])
    return {
        source: (first, last, goes_on)
        for source, (first, last, goes_on) in days.items()
        if last is None or last >= today
    }


def _is_known(patient: Patient, person: Person, first: date) -> bool:
    """True if this link stands, or came before with an import, even if it was ended since."""
    links = CareTeamMember.objects.filter(patient=patient, person=person)
    stands = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    came = Q(valid_from=first, source__in=[Source.ENCOUNTER, Source.DEMO])
    return links.filter(stands | came).exists()


def _may_treat(person: Person) -> bool:
    held = grants_in_force().filter(person=person, role__in=policy.TREATING)
    return person.is_active and held.exists()
