"""Taking people over from another system: once, completely, and without mixing people up."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from patients import actions, readings, selectors
from patients.actions import Engaged
from patients.bundles import read_bundle
from patients.errors import AnotherPerson
from patients.models import CareTeamMember, Clinician, Encounter, Patient
from portal.accounts import actions as accounts
from portal.accounts.errors import NotAllowed, SignInTaken
from portal.accounts.models import Person
from portal.audit.models import Entry
from portal.kernel import door
from tests.cast import WORK
from tests.patients.bundle_parts import (
    ENCOUNTER,
    PATIENT,
    PRACTITIONER,
    bundle,
    encounter,
    patient,
    practitioner,
    record,
)
from tests.patients.evidence import events, newest, refusal_of
from tests.shared import shared

pytestmark = pytest.mark.feature("X2")
NPI = "http://hl7.org/fhir/sid/us-npi|300"
CARA = {NPI: Engaged("cara.voss@clinicians.example")}
ADA = "urn:registry|A-1"


def read(raw):
    return read_bundle(raw, ZoneInfo(settings.TIME_ZONE))


def take_over(raw, engaged=CARA, *, link_all=False):
    return door.run(actions.import_people, WORK, read(raw), engaged=engaged, link_all=link_all)


def everything():
    """Every row that an import could touch, in the order of its key."""
    tables = (Patient, Person, Clinician, Encounter, CareTeamMember, Entry)
    return {table: list(table.objects.order_by("pk").values()) for table in tables}


def team_of(imported):
    return selectors.careteam_of(imported.patients[ADA])


def test_a_record_is_taken_over_with_its_people_and_its_open_encounter(db):
    imported = take_over(record())

    patient_id = imported.patients[ADA]
    assert (imported.registered, imported.encounters, imported.links) == (1, 1, 1)
    assert [each.person_id for each in team_of(imported)] == [imported.clinicians[NPI]]
    assert team_of(imported)[0].valid_from == date(2026, 3, 1)
    assert {*events(patient_id)} == {
        "patient.registered",
        "encounter.imported",
        "care-team.joined",
    }


def test_the_same_bundle_again_changes_no_row(db):
    first = take_over(record())
    before = everything()

    again = take_over(record())

    assert again.patients == first.patients
    assert (again.registered, again.changed, again.encounters, again.links) == (0, 0, 0, 0)
    assert everything() == before


def test_only_those_who_open_records_may_take_people_over(cast):
    for someone in (cast.cara, cast.max):
        before = everything()
        refused = refusal_of(actions.import_people, someone.actor, read(record()), engaged=CARA)
        assert isinstance(refused, NotAllowed)
        assert everything() == before


def test_a_finished_encounter_links_nobody_unless_all_are_to(db):
    finished = bundle(PATIENT, PRACTITIONER, encounter(status="finished"))

    assert team_of(take_over(finished)) == []
    linked = take_over(finished, link_all=True)
    assert [each.source for each in team_of(linked)] == ["demo"]
    assert take_over(finished, link_all=True).links == 0


@pytest.mark.parametrize("status", ["cancelled", "unknown"])
def test_what_never_was_links_nobody_even_then(db, status):
    raw = bundle(PATIENT, PRACTITIONER, encounter(status=status))

    assert team_of(take_over(raw, link_all=True)) == []


def test_a_planned_encounter_that_is_over_links_nobody(db):
    past = {"start": "2026-03-01", "end": "2026-03-02"}

    imported = take_over(bundle(PATIENT, PRACTITIONER, encounter(status="planned", period=past)))

    assert team_of(imported) == []


def test_a_link_that_somebody_ended_is_not_opened_again(db):
    imported = take_over(record())
    door.run(actions.end_care_team, WORK, team_of(imported)[0].pk)

    assert take_over(record()).links == 0
    assert team_of(imported) == []


def test_a_practitioner_who_left_is_not_linked_again(db):
    imported = take_over(bundle(PATIENT, PRACTITIONER))
    door.run(accounts.end_role, WORK, imported.clinicians[NPI], "clinician")

    assert take_over(record()).links == 0


def test_a_practitioner_without_an_address_is_not_taken_over(db):
    imported = take_over(record(), {})

    assert imported.clinicians == {}
    assert Encounter.objects.get().clinician is None


def test_a_practitioner_is_one_person_however_many_patients_name_them(db):
    other = patient(identifier=[{"system": "urn:registry", "value": "B-2"}])
    take_over(record())

    imported = take_over(bundle(other, PRACTITIONER, ENCOUNTER))

    assert Clinician.objects.count() == 1
    assert imported.links == 1


def test_what_another_system_corrects_is_corrected_here(db):
    patient_id = take_over(record()).patients[ADA]
    moved = patient(address=[{"line": ["Neuer Weg 1"], "city": "Berlin"}])
    seen = encounter(status="finished", class_={"code": "VR"})

    imported = take_over(bundle(moved, PRACTITIONER, seen))

    assert (imported.registered, imported.changed, imported.encounters) == (0, 1, 1)
    assert readings.exported(patient_id)["chart"]["address"] == ("Neuer Weg 1", "Berlin")
    assert Encounter.objects.get().status == "finished"
    assert newest(patient_id)[1]["changed"] == 1


def test_a_birth_date_may_become_more_exact_but_not_another_one(db):
    take_over(bundle(patient(birthDate=None)))
    take_over(bundle(patient(birthDate="1988")))
    take_over(bundle(patient(birthDate="1988-04-17")))
    before = everything()

    other_day = read(bundle(patient(birthDate="1988-04-18"), PRACTITIONER, ENCOUNTER))
    refused = refusal_of(actions.import_people, WORK, other_day, engaged=CARA)

    assert isinstance(refused, AnotherPerson)
    assert everything() == before


def test_a_bundle_is_taken_over_whole_or_not_at_all(cast):
    taken = {NPI: Engaged(cast.cara.email)}
    before = everything()

    refused = refusal_of(actions.import_people, WORK, read(record()), engaged=taken)

    assert isinstance(refused, SignInTaken)
    assert everything() == before


def test_an_encounter_of_two_patients_with_one_number_is_two_encounters(db):
    numbered = {"identifier": [{"system": "urn:e", "value": "1"}]}
    other = patient(identifier=[{"system": "urn:registry", "value": "B-2"}])

    take_over(bundle(PATIENT, PRACTITIONER, encounter(**numbered)))
    take_over(bundle(other, PRACTITIONER, encounter(**numbered)))

    assert Encounter.objects.count() == 2


def test_what_an_encounter_was_for_is_read_again(cast, dov):
    patient_id = take_over(record()).patients[ADA]
    door.run(actions.add_to_care_team, WORK, patient_id, dov.id)

    line = readings.chart(dov.actor, patient_id).encounters[0]

    assert (line.kind_words, line.reason) == ("Encounter for check up", "Sinusitis")
    assert line.clinician == "Dr. Cara Voss"


def test_a_practitioner_named_in_another_bundle_is_found(db):
    take_over(bundle(PRACTITIONER))
    by_number = {"individual": {"reference": "Practitioner?identifier=" + NPI}}

    imported = take_over(bundle(PATIENT, encounter(participant=[by_number])), {})

    assert imported.links == 1


def test_two_practitioners_may_share_a_name(db):
    namesake = practitioner(identifier=[{"system": "urn:npi", "value": "9"}])
    engaged = {**CARA, "urn:npi|9": Engaged("cara.voss.2@clinicians.example")}

    assert len(take_over(bundle(PRACTITIONER, namesake), engaged).clinicians) == 2


@pytest.mark.slow
def test_every_shared_bundle_is_taken_over_twice_to_the_same_rows(db):
    raws = [path.read_bytes() for path in sorted(shared("patients").rglob("*.json"))]

    def take_over_all():
        for raw in raws:
            people = read(raw)
            engaged = {
                each.source: Engaged(
                    f"{n}.{each.source[-12:]}@clinicians.example".replace("|", ".")
                )
                for n, each in enumerate(people.practitioners)
            }
            door.run(actions.import_people, WORK, people, engaged=engaged, link_all=True)

    take_over_all()
    before = everything()
    take_over_all()

    assert len(before[Patient]) == 19
    assert len(before[CareTeamMember]) >= 19
    assert everything() == before
