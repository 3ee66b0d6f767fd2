"""What a FHIR bundle says about people, and that nothing odd in it is more than a sentence."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.bundles import BundleRefused, People, read_bundle
from patients.bundles.shapes import cleaned
from patients.ports import Chart, age_on
from tests.patients.bundle_parts import (
    PATIENT,
    PRACTITIONER,
    URN,
    bundle,
    encounter,
    packed,
    patient,
    record,
)

pytestmark = [pytest.mark.pure, pytest.mark.feature("X2")]
BERLIN = ZoneInfo("Europe/Berlin")


def read(raw: bytes) -> People:
    return read_bundle(raw, BERLIN)


def chart(**changes: Any) -> Chart:
    return read(bundle(patient(**changes))).patients[0].chart


def refusal(raw: bytes) -> str:
    with pytest.raises(BundleRefused) as refused:
        read(raw)
    return str(refused.value)


def test_the_official_name_is_the_name_and_the_usual_one_is_how_to_call():
    assert chart().name.shown == "Ada Jane Marsh"
    assert chart().preferred_name == "Addie"
    assert chart().called == "Addie"
    assert chart(name=[{"use": "maiden", "family": "Early"}]).name.shown == "Early"
    assert chart(name=[{"family": "Old", "use": "old"}, {"family": "Now"}]).name.family == "Now"


def test_a_name_that_ended_comes_after_one_that_did_not():
    ended = {"use": "official", "family": "Early", "period": {"end": "2012"}}

    assert chart(name=[ended, {"use": "official", "family": "Marsh"}]).name.family == "Marsh"


def test_a_name_written_whole_keeps_its_order():
    assert chart(name=[{"use": "official", "text": "张无忌"}]).name.shown == "张无忌"


def test_the_chart_takes_what_the_record_says():
    found = chart()

    assert (found.born, found.sex, found.language) == ("1988-04-17", "female", "de")
    assert found.address == ("Lindenweg 4", "10115 Berlin")
    assert [point.value for point in found.contacts] == ["030 3", "030 2", "ada@example.org"]
    assert found.reached_by("email") == "ada@example.org"
    assert found.emergency
    assert (found.emergency.name, found.emergency.relation) == ("Tom Marsh", "Husband")
    assert Chart.unpacked(found.packed()) == found


def test_a_birth_date_may_be_vague_or_unknown_but_not_wrong():
    assert chart(birthDate="1988-04").born == "1988-04"
    assert chart(birthDate="1988").born == "1988"
    assert chart(birthDate=None).born == ""
    for wrong in ("04/17/1988", "1988-13", "1988-02-30", "88", "1988-4-7", "soon", "0000"):
        assert "entry 0: Patient.birthDate is not a date" in refusal(
            bundle(patient(birthDate=wrong))
        )


def test_an_age_is_only_told_when_the_day_of_birth_is_known():
    assert age_on("2000-02-29", date(2026, 2, 28)) == 25
    assert age_on("2000-02-29", date(2026, 3, 1)) == 26
    assert age_on("2000-02", date(2026, 3, 1)) is None
    assert age_on("", date(2026, 3, 1)) is None
    assert age_on("2030-01-01", date(2026, 3, 1)) is None


def test_a_record_is_recognised_by_its_record_number_then_its_official_identifier():
    mr = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
    numbered = [*PATIENT["identifier"], {"type": mr, "system": "urn:hospital", "value": "9"}]
    old = [{"use": "old", "system": "urn:x", "value": "1"}]

    def source(**changes: Any) -> str:
        return read(bundle(patient(**changes))).patients[0].source

    assert source() == "urn:registry|A-1"
    assert source(identifier=numbered) == "urn:hospital|9"
    assert source(identifier=old) == f"{URN}1"
    assert source(identifier=[{"value": "no system"}]) == f"{URN}1"


def test_two_people_never_become_one_because_their_ids_are_alike():
    nameless = [{"resource": patient(identifier=None)}]

    assert "entry 0: Patient has neither an identifier nor a fullUrl" in refusal(packed(nameless))


def test_an_encounter_finds_its_people_by_address_type_or_identifier():
    found = read(record()).encounters[0]

    assert found.patient == "urn:registry|A-1"
    assert found.practitioners == ("http://hl7.org/fhir/sid/us-npi|300",)
    assert (found.kind, found.reason) == ("Encounter for check up", "Sinusitis")
    assert found.starts_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    for reference in ("Patient/ada", "Patient/ada/_history/3", "Patient?identifier=urn:ward|7"):
        told = encounter(subject={"reference": reference})
        assert read(bundle(PATIENT, told)).encounters[0].patient == "urn:registry|A-1"


def test_a_practitioner_of_another_bundle_is_known_by_identifier():
    elsewhere = "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|555"
    told = encounter(participant=[{"individual": {"reference": elsewhere}}])

    assert read(bundle(PATIENT, told)).encounters[0].practitioners == (
        "http://hl7.org/fhir/sid/us-npi|555",
    )


def test_an_address_with_two_meanings_means_nothing():
    other = patient(identifier=[{"system": "urn:registry", "value": "B-2"}])
    told = encounter(subject={"reference": "Patient/ada"})

    assert "entry 2: Encounter.subject" in refusal(bundle(PATIENT, other, told))


def test_days_without_a_time_are_days_of_the_clinic():
    told = encounter(
        period={"start": "2026-03-29", "end": "2026-03-29"}, subject={"reference": "Patient/ada"}
    )
    found = read(bundle(PATIENT, told)).encounters[0]

    assert found.starts_at == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert found.ends_at == datetime(2026, 3, 29, 21, 59, 59, 999999, tzinfo=UTC)


def test_what_is_no_longer_true_is_left_out_and_counted():
    wrong = encounter(status="entered-in-error")
    found = read(bundle(PATIENT, PRACTITIONER, wrong, patient(active=False)))

    assert (len(found.patients), len(found.encounters), found.left_out) == (1, 0, 2)


def test_only_open_encounters_are_open():
    for status, is_open in {"planned": True, "onleave": True, "finished": False}.items():
        assert (
            read(bundle(PATIENT, PRACTITIONER, encounter(status=status))).encounters[0].is_open
            is is_open
        )


def test_a_patient_inside_another_resource_is_nobodys_record():
    hidden = encounter(contained=[PATIENT | {"id": "p"}], subject={"reference": "#p"})

    assert "points to no patient" in refusal(bundle(PATIENT, hidden))


def test_a_name_cannot_turn_the_line_around_or_hide_signs():
    shown = chart(name=[{"family": "Marsh\u202egnihton\u0000\u2066", "given": ["A\u0301da\tJ.\n"]}])

    assert shown.name.shown == "Áda J. Marshgnihton"


def test_a_chart_shows_nothing_of_itself():
    found = read(record())

    assert "Marsh" not in repr(found) + repr(found.patients[0].chart) + str(found.encounters)
    assert "Marsh" not in repr(found.patients[0].chart.name)


@given(st.text())
def test_cleaned_text_is_one_line_and_stays_as_it_is(text: str):
    try:
        once = cleaned(text)
    except UnicodeError:
        return

    assert cleaned(once) == once
    assert not set(once) & {*"\n\r\t\0\u202e\u2066"}
