"""The demo clinic: built once, shown as often as asked, never outside of the demo profile."""

import json
import shutil
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from patients import selectors
from patients.management.clinic import cast as clinic
from patients.management.clinic import letters
from patients.management.clinic.loading import FileRefused, exchanges
from patients.management.clinic.sign_ins import SignIns
from patients.models import CareTeamMember, Encounter, Patient, Proxy
from patients.policy import reachable_patients
from patients.ports import DemoClinic
from portal.accounts.models import Person, RoleGrant, TotpDevice
from portal.accounts.selectors import find_person
from portal.kernel import plugs
from portal.kernel.actor import person_actor
from tests.patients.bundle_parts import PATIENT, PRACTITIONER, bundle, encounter, record
from tests.shared import shared

pytestmark = [pytest.mark.feature("X2"), pytest.mark.slow]


@pytest.fixture
def data_dir(settings, tmp_path: Path) -> Path:
    """Where this installation of the demo keeps what it keeps."""
    settings.DATA_DIR = tmp_path / "var"
    return settings.DATA_DIR


@pytest.fixture
def scenes(monkeypatch) -> list[DemoClinic]:
    """What the wards were given to furnish, instead of their own scenes."""
    given: list[DemoClinic] = []
    ward = plugs.Ward(name="test", demo_scenes=(given.append,))
    monkeypatch.setattr(plugs, "wards", lambda: (ward,))
    return given


def demo(*words: str, **options) -> str:
    out = StringIO()
    call_command("demo", *words, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def everybody():
    tables = (Patient, Person, RoleGrant, TotpDevice, Encounter, CareTeamMember, Proxy)
    return {table: list(table.objects.order_by("pk").values()) for table in tables}


def folder_of(tmp_path: Path, **files: bytes) -> Path:
    folder = tmp_path / "bundles"
    folder.mkdir(exist_ok=True)
    for name, raw in files.items():
        (folder / f"{name}.json").write_bytes(raw)
    return folder


def conversations(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "conversations.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_the_clinic_is_built_and_printed(db, data_dir, scenes):
    printed = demo()

    for person in clinic.PEOPLE:
        assert person.profile.email in printed
    assert Patient.objects.count() == len(clinic.CHARTS)
    assert [len(each.threads) for each in scenes] == [len(letters.EXCHANGES)]


def test_building_again_leaves_every_row_and_every_password(db, data_dir, scenes):
    printed, before = demo(), everybody()

    assert demo() == printed
    assert everybody() == before


def test_the_cast_of_the_demo_reaches_whom_its_story_says(db, data_dir, scenes):
    demo()
    people, patients = scenes[0].people, scenes[0].patients
    roles = {person.key: frozenset({person.role}) for person in clinic.PEOPLE}

    for key, person_id in people.items():
        reached = reachable_patients(person_actor(person_id, roles[key]))
        linked = {link.patient for link in clinic.LINKS if link.person == key and not link.days}
        linked |= {record for record, owner in clinic.OWN_RECORDS.items() if owner == key}
        assert {patient.pk for patient in reached} == {patients[each] for each in linked}, key


def test_everybody_who_writes_in_the_demo_may_write_there(db, data_dir, scenes):
    demo()

    for thread in scenes[0].threads:
        for line in thread.lines:
            person_id = scenes[0].people[line.author]
            assert selectors.label_for(person_id, scenes[0].patients[thread.patient]), line.author
        assert all(line.ago > timedelta() for line in thread.lines)
        assert [line.ago for line in thread.lines] == sorted(
            (line.ago for line in thread.lines), reverse=True
        )


def test_the_passwords_are_drawn_here_and_readable_by_their_owner_only(
    db, data_dir, scenes, settings
):
    demo()
    kept = data_dir / "demo" / "sign-ins.txt"
    first = {each.email: each.password for each in SignIns.load(kept.parent)}

    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len({*first.values()}) == len(first) == len(clinic.PEOPLE)
    elsewhere = SignIns.load(data_dir / "elsewhere")
    ada = elsewhere.add("ada", "ada.marsh@post.example", name="Ada Marsh", about="")
    assert ada.password != first[ada.email]


def test_a_printed_sign_in_opens_the_door(db, data_dir, scenes, client):
    demo()
    ada = SignIns.load(data_dir / "demo").get("ada.marsh@post.example")
    assert ada

    given = {"username": ada.email, "password": ada.password}
    assert client.post(reverse("accounts:sign-in"), given).status_code == 302
    code = demo("code", "ada").strip()
    response = client.post(reverse("accounts:code"), {"code": code, "way": "app"})

    assert response.status_code == 302
    assert "Ada" in client.get("/").content.decode()


def test_a_name_must_mean_one_person(db, data_dir, scenes):
    demo()

    assert len(demo("code", "klara").strip()) == 6
    for words in ((), ("zzz",), ("dr",)):
        with pytest.raises(CommandError):
            demo("code", *words)


def test_nobody_is_shown_before_there_is_somebody(db, data_dir):
    with pytest.raises(CommandError, match="nobody yet"):
        demo("people")


@pytest.mark.parametrize("words", [(), ("people",), ("code", "ada")])
def test_it_is_refused_outside_of_the_demo(db, data_dir, settings, words):
    settings.PROFILE = "production"

    with pytest.raises(CommandError, match="demo profile"):
        demo(*words)
    assert not Person.objects.exists()
    assert not (data_dir / "demo").exists()


def test_people_of_a_folder_are_here_with_sign_ins(db, data_dir, scenes, tmp_path):
    folder = folder_of(tmp_path, one=record())

    demo(patients=folder)
    before = everybody()
    demo(patients=folder)

    kept = SignIns.load(data_dir / "demo")
    assert kept.get("ada.jane.marsh@patients.example")
    cara = kept.get("cara.voss@clinicians.example")
    assert cara and cara.name == "Dr. Cara Voss"
    assert everybody() == before


def test_a_practitioner_who_treats_nobody_here_has_no_password(db, data_dir, scenes, tmp_path):
    demo(patients=folder_of(tmp_path, one=bundle(PRACTITIONER)))

    cara = find_person("cara.voss@clinicians.example")
    assert cara and not cara.has_usable_password()
    assert SignIns.load(data_dir / "demo").get("cara.voss@clinicians.example") is None


def test_people_of_one_name_have_addresses_of_their_own(db, data_dir, scenes, tmp_path):
    other = PATIENT | {"identifier": [{"system": "urn:registry", "value": "B-2"}]}
    namesake = PRACTITIONER | {"identifier": [{"system": "urn:npi", "value": "9"}]}

    demo(patients=folder_of(tmp_path, one=record(), two=bundle(other, namesake, PRACTITIONER)))

    emails = [each.email for each in SignIns.load(data_dir / "demo")]
    assert sum(email.startswith("ada.jane.marsh") for email in emails) == 2
    assert Person.objects.count() == len(clinic.PEOPLE) + 4


def test_the_dead_have_no_sign_in(db, data_dir, scenes, tmp_path):
    demo(patients=folder_of(tmp_path, one=bundle(PATIENT | {"deceasedBoolean": True})))

    assert find_person("ada.jane.marsh@patients.example") is None


def test_a_refused_file_is_named_and_stops_no_other(db, data_dir, scenes, tmp_path):
    folder = folder_of(tmp_path, a=b"{", b=record(), c=bundle(PATIENT | {"birthDate": "1999"}))
    errors = StringIO()

    with pytest.raises(CommandError, match="2 files were refused"):
        call_command("demo", patients=folder, stdout=StringIO(), stderr=errors)

    assert "a.json: the file is not JSON" in errors.getvalue()
    assert "c.json: The record number belongs to somebody" in errors.getvalue()
    assert selectors.find_imported("urn:registry|A-1")


def test_a_folder_that_is_none_is_said(db, data_dir, scenes, tmp_path):
    with pytest.raises(CommandError, match="is not a folder"):
        demo(patients=tmp_path / "nowhere")


def test_each_question_is_a_thread_with_its_answer(db, data_dir, scenes, tmp_path):
    rows = ({"Question": "Is it catching? " * 9, "Free_form_answer": "No."}, {"Question": "Why?"})
    path = conversations(tmp_path, *rows)

    demo(patients=folder_of(tmp_path, one=record()), conversations=path)
    demo(conversations=path)

    given, again = scenes[1], scenes[3]
    assert [len(thread.lines) for thread in given.threads] == [2, 1]
    assert given.threads[0].topic.endswith(" …")
    assert [thread.key for thread in again.threads] == [thread.key for thread in given.threads]
    asked, answered = given.threads[0].lines
    assert asked.ago > answered.ago
    patient_id = given.patients[given.threads[0].patient]
    assert [
        selectors.label_for(given.people[line.author], patient_id) for line in (asked, answered)
    ] == ["patient", "clinician"]


def test_conversations_need_somebody_to_have_them(db, data_dir, scenes, tmp_path):
    finished = bundle(PATIENT, PRACTITIONER, encounter(status="finished"))
    path = conversations(tmp_path, {"Question": "Why?"})

    with pytest.raises(CommandError, match="--link-all"):
        demo(patients=folder_of(tmp_path, one=finished), conversations=path)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b"{", 1),
        (b"[]", 1),
        (b"[" * 5000, 1),
        (b'{"Question": 7}', 1),
        (b'{"Question": " "}', 1),
        (b'{"Question": "a", "Free_form_answer": 1}', 1),
        (b'{"Question": "a"}\n\n{}', 3),
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path, line, number):
    path = tmp_path / "conversations.jsonl"
    path.write_bytes(line)

    with pytest.raises(FileRefused, match=f"line {number}:"):
        list(exchanges(path))


def test_a_file_that_is_no_text_is_refused_in_a_sentence(db, data_dir, scenes, tmp_path):
    path = tmp_path / "conversations.jsonl"
    path.write_bytes(b"\xff")

    with pytest.raises(CommandError, match="not UTF-8"):
        demo(patients=folder_of(tmp_path, one=record()), conversations=path)


def test_all_the_shared_people_and_questions_fit_in(db, data_dir, scenes, tmp_path):
    shutil.copytree(shared("patients"), tmp_path / "people")
    questions = shared("messages/kqa_questions_w_physician_answers.jsonl")

    printed = demo(patients=tmp_path / "people", link_all=True, conversations=questions)

    assert "19 patients (19 new, 0 changed)" in printed
    assert len(scenes[1].threads) == len(questions.read_text().splitlines())
    assert len({thread.patient for thread in scenes[1].threads}) == 19
