"""The report to take away: it proves itself to whoever has Python, and a changed one is refused."""

import json
import subprocess
import sys
from uuid import UUID

import pytest
from django.urls import reverse

from patients import actions, readings
from patients.readings import Sought, takeaway
from portal.audit import actions as audit
from portal.audit.models import Entry
from portal.kernel import door
from tests.cast import WORK, browser
from tests.patients.evidence import BOTH, events
from tests.patients.reported import page_of, text_of
from tests.portal.audit.scenes import numbered, signed
from tests.shared import ROOT

pytestmark = pytest.mark.feature("A4", "A5")
VERIFIER = ROOT / "docs" / "verify" / "report.py"


@pytest.fixture(autouse=True)
def own_anchor(tmp_path, settings):
    """The anchor file of this test's log."""
    settings.ANCHOR_FILE = tmp_path / "anchor" / "checkpoint"


def verified(path, *more):
    return subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(path), *more],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def downloaded(cast, tmp_path):
    response = browser(cast.ada).get(reverse("patients:report-file", args=[cast.ada_record]))
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    path = tmp_path / "who-looked.json"
    path.write_bytes(response.content)
    return path


@pytest.mark.django_db(databases=BOTH, transaction=True)
def test_the_file_holds_for_a_stranger_with_nothing_but_python(cast, cara, tmp_path):
    door.run(actions.add_to_care_team, WORK, cast.ben_record, cara.id)
    readings.names_of(cara.actor, [cast.ada_record, cast.ben_record])
    for _ in range(300):
        audit.record_alone(cara.actor, "chart.read", patient=cast.ada_record, encounters=0)
    readings.chart(cara.actor, cast.ada_record)
    signed()
    path = downloaded(cast, tmp_path)

    answer = verified(path)

    assert answer.returncode == 0, answer.stderr
    report = json.loads(path.read_text())
    covered = [each for each in report["entries"] if each["index"] is not None]
    assert len(covered) > 300
    assert f"{len(covered)} entries hold, " in answer.stdout
    assert f"{cara.id}" in answer.stdout
    assert {name for each in report["entries"] for _, name, _ in each["opened"]}.isdisjoint(
        {"session"}
    )
    assert verified(path, "--key", report["log"]["key"]).returncode == 0
    assert verified(path, "--key", "other" + report["log"]["key"]).returncode != 0


def changes(report):
    """Ways in which somebody might have changed the file."""
    entry = next(each for each in report["entries"] if each["index"] is not None)
    actor = next(each for each in entry["opened"] if each[1] == "actor")

    def put(where, key, value):
        where[key] = value

    yield "leaf", lambda: put(entry, "leaf", entry["leaf"].replace('"out":0', '"out":8'))
    yield "place", lambda: put(entry, "index", entry["index"] + 1)
    yield "step", entry["steps"].pop
    yield "detail", lambda: put(actor, 2, "01a20db9-0000-7000-8000-000000000000")
    yield "patient", lambda: put(report["patient"], "pseudonym", "s_" + "A" * 22)
    yield "id", lambda: put(report["patient"], "id", "01a20db9-0000-7000-8000-000000000000")
    yield (
        "root",
        lambda: put(
            report["log"], "checkpoint", report["log"]["checkpoint"].replace("/audit/", "/audiT/")
        ),
    )
    yield "format", lambda: put(report, "format", "other")
    yield "hole", lambda: entry.pop("leaf")


@pytest.mark.django_db(databases=BOTH, transaction=True)
def test_a_changed_file_is_refused(cast, cara, tmp_path):
    readings.chart(cara.actor, cast.ada_record)
    readings.chart(cara.actor, cast.ada_record)
    signed()
    path = downloaded(cast, tmp_path)
    whole = path.read_text()
    assert verified(path).returncode == 0

    names = [name for name, _ in changes(json.loads(whole))]
    for name in names:
        report = json.loads(whole)
        dict(changes(report))[name]()
        path.write_text(json.dumps(report))
        answer = verified(path)
        assert answer.returncode == 1, name
        assert "does not hold" in answer.stderr, name


@pytest.mark.django_db(databases=BOTH, transaction=True)
def test_what_is_not_numbered_or_signed_yet_is_shown_and_says_that_its_proof_follows(
    cast, cara, tmp_path
):
    signed()
    readings.chart(cara.actor, cast.ada_record)

    page = readings.report(cast.ada.actor, cast.ada_record, Sought())
    assert page.n_waiting >= 1
    assert "Their proof follows in a moment" in text_of(page_of(cast.ada, cast.ada_record))
    report = json.loads(downloaded(cast, tmp_path).read_text())
    assert report["entries"][0]["index"] is None
    answer = verified(tmp_path / "who-looked.json")
    waiting = sum(1 for each in report["entries"] if each["index"] is None)
    assert answer.returncode == 3
    assert answer.stdout.count("NOT PROVEN") == waiting
    assert f"{waiting} are not yet covered by a signed checkpoint" in answer.stdout
    assert "Ask for the file again" in answer.stderr

    signed()
    page = readings.report(cast.ada.actor, cast.ada_record, Sought(who=cara.id))
    assert page.n_waiting == 0


@pytest.mark.django_db(databases=BOTH, transaction=True)
def test_a_file_goes_on_where_the_last_one_ended(cast, cara, monkeypatch):
    monkeypatch.setattr(takeaway, "MOST", 3)
    for _ in range(5):
        readings.chart(cara.actor, cast.ada_record)
    numbered()

    first = readings.taken(cast.ada.actor, cast.ada_record, None)
    older = UUID(first["older_before"])
    second = readings.taken(cast.ada.actor, cast.ada_record, older)

    assert len(first["entries"]) == len(second["entries"]) == 3
    leaves = [each["leaf"] for each in first["entries"] + second["entries"]]
    assert len({*leaves}) == 6


def test_taking_the_report_away_is_an_entry(cast, ada):
    readings.taken(ada.actor, cast.ada_record, None)

    assert events(cast.ada_record)[0] == "report.taken"
    assert Entry.objects.filter(event="report.taken").count() == 1
