"""Looking for a patient whose name is sealed: found by what is known, seen by who may, written."""

import logging
from datetime import date
from http import HTTPStatus

import pytest
from django.db import connection
from django.urls import reverse

from patients import actions, readings, selectors
from patients.models import Mark, Patient
from patients.readings import Asked
from patients.tasks import mark
from portal.accounts.errors import NotAllowed
from portal.audit.models import Entry
from portal.crypto import keys
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.cast import WORK, browser, chart_of
from tests.harness.canary import STEM
from tests.patients.evidence import events, newest, refusal_of
from tests.patients.scenes import chart, post, record

pytestmark = pytest.mark.feature("I13")
WORD = STEM.capitalize()


def found(by, text="", born=None):
    page = readings.look_for(by.actor, Asked(text, born))
    return [line.id for line in page.found or []]


@pytest.fixture
def rosa(cast):
    return record(family=f"{WORD}-Lindqvist", mrn=f"{STEM}-77 12", preferred_name="Rosie")


@pytest.mark.parametrize(
    "text", ["rosa", "ROS", "lindqvist rosa", "rosie", f"{STEM} ros", f"{STEM}-7712", f"{STEM}7712"]
)
def test_a_coordinator_finds_by_the_beginning_of_names_and_by_number(sam, rosa, text):
    assert found(sam, text) == [rosa]


def test_a_coordinator_finds_by_day_of_birth_alone_and_with_a_name(cast, sam, rosa):
    day = date.fromisoformat(chart().born)

    assert found(sam, born=day) == [rosa]
    assert found(sam, "ros", day) == [rosa]
    assert found(sam, "ada", day) == []


def test_whom_nobody_is_called_is_not_found_though_others_share_the_drawer(cast, sam):
    for number in range(30):
        record(f"Name{number}", born="1970-01-01")
    mine = Mark.objects.filter(patient=cast.ada_record).values("value")
    share = Patient.objects.filter(marks__value__in=mine).distinct().count()

    assert share > 2
    assert found(sam, "ada") == [cast.ada_record]
    assert found(sam, "qqq") == []


def test_what_is_found_is_an_entry_that_names_those_who_were_shown(cast, sam, rosa):
    before = events(cast.ada_record)
    found(sam, "rosa")

    event, details = newest(rosa)
    assert (event, details["by"], details["shown"]) == ("patient.looked-for", "name", 1)
    assert details["actor"] == str(sam.id)
    assert events(cast.ada_record) == before


def test_a_search_that_finds_nobody_is_an_entry_too(sam):
    before = Entry.objects.filter(event="patient.looked-for").count()
    found(sam, "qqq")

    assert Entry.objects.filter(event="patient.looked-for").count() == before + 1


def test_a_clinician_finds_only_those_whom_they_treat(cast, cara, dov):
    assert found(cara, STEM) == [cast.ada_record]
    assert found(dov, STEM) == []


@pytest.mark.parametrize("key", ["ada", "pia", "ivy", "max", "nobody"])
def test_nobody_else_looks_for_anybody(cast, key):
    with pytest.raises(NotAllowed):
        readings.look_for(cast.people[key].actor, Asked(STEM))


def test_a_changed_chart_is_found_by_its_new_name_and_not_by_its_old(sam, rosa):
    door.run(actions.change_chart, WORK, rosa, chart("Rosa", family="Winterberg"))

    assert found(sam, "winterberg") == [rosa]
    assert found(sam, "lindqvist") == []


def test_no_mark_tells_a_name_and_each_is_shared(cast, rosa):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM patients_mark")
        rows = [repr(row).casefold() for row in cursor.fetchall()]

    assert rows
    assert not [row for row in rows if STEM in row or "rosa" in row]
    assert all(0 <= value < 256 for value in Mark.objects.values_list("value", flat=True))


def test_records_of_before_get_their_marks_while_the_clinic_works(cast, sam):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selectors, "marks_of", lambda _chart: set())
        patch.setattr(selectors, "MARKED", 0)
        lou = door.run(actions.register_patient, WORK, chart("Lou")).pk
    assert found(sam, "lou") == []

    mark()

    assert found(sam, "lou") == [lou]
    assert newest(lou)[0] == "patient.looked-for"
    assert "patient.marked" in events(lou)
    assert door.run(actions.mark_unmarked, WORK) == 0
    assert isinstance(refusal_of(actions.mark_unmarked, sam.actor), NotAllowed)


def test_who_was_erased_is_found_by_nothing(cast, sam, rosa):
    keys.destroy_shred_key(rosa)

    assert found(sam, "rosa") == []


def test_the_question_stands_in_no_address_and_in_no_log(cast, sam, rosa, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = browser(sam).post(reverse("patients:directory"), {"text": "Rosa Lindqvist"})

    assert answer.status_code == HTTPStatus.OK
    assert "Lindqvist" in answer.content.decode()
    assert "lindqvist" not in caplog.text.casefold()
    assert "Cache-Control" in answer
    assert "no-store" in answer["Cache-Control"]


def test_the_page_of_a_coordinator_shows_nobody_before_anybody_is_looked_for(cast, sam):
    page = browser(sam).get(reverse("patients:directory")).content.decode()

    assert WORD not in page.replace(f"{STEM}.example", "").split("<main", 1)[1]
    assert events(cast.ada_record)[0] != "patient.looked-for"


def test_the_page_of_a_clinician_begins_with_their_own(cast, cara):
    page = browser(cara).get(reverse("patients:directory")).content.decode()

    assert f"Ada {WORD}" in page
    assert reverse("patients:chart", args=[cast.ada_record]) in page


def test_a_search_for_nothing_says_what_to_type(sam):
    answer = browser(sam).post(reverse("patients:directory"), {"text": " ", "born": ""})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please type a name" in answer.content.decode()


def fields(**more):
    told = {"given": "Rosa", "family": WORD, "born": "1990-05-17", "sex": "female"}
    return told | {"mrn": f"{STEM}-1", "phone": "030 5550 0199"} | more


def test_a_coordinator_writes_a_patient_down_and_finds_them(sam):
    answer = post(sam, "patients:register", **fields())

    assert answer.status_code == HTTPStatus.SEE_OTHER
    (patient,) = found(sam, "rosa")
    assert answer["Location"] == reverse("patients:arrange", args=[patient])
    assert "patient.registered" in events(patient)


def test_the_same_form_twice_opens_one_record(sam):
    command = new_id()
    places = [
        post(sam, "patients:register", **fields(command_id=command, seen="on"))["Location"]
        for _ in range(2)
    ]

    assert places[0] == places[1]
    assert len(found(sam, "rosa")) == 1


def test_the_same_form_with_other_words_is_refused(sam):
    command = new_id()
    post(sam, "patients:register", **fields(command_id=command))
    answer = post(sam, "patients:register", **fields(command_id=command, family="Somebody"))

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "sent before with other words" in answer.content.decode()


def test_somebody_of_the_same_name_and_birth_date_is_shown_first(cast, sam, rosa):
    given = fields(family=f"{WORD} Lindqvist")
    warned = post(sam, "patients:register", **given)
    page = warned.content.decode()

    assert warned.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Is it one of these?" in page
    assert reverse("patients:arrange", args=[rosa]) in page
    assert found(sam, "rosa") == [rosa]

    assert post(sam, "patients:register", **given, seen="on").status_code == HTTPStatus.SEE_OTHER
    assert len(found(sam, "rosa")) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"given": ""}, {"family": " "}, {"born": ""}, {"born": "2999-01-01"}, {"born": "soon"}],
)
def test_a_record_without_its_facts_is_not_opened(sam, wrong):
    before = Patient.objects.count()
    answer = post(sam, "patients:register", **fields(**wrong))

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Patient.objects.count() == before


def test_a_record_of_the_cast_has_marks(cast):
    assert {*Mark.objects.filter(patient=cast.ada_record).values_list("value", flat=True)} == (
        selectors.marks_of(chart_of("ada"))
    )
