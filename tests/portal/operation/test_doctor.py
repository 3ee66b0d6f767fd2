"""The doctor says in plain words what is wrong and what to do; 0 only if all is well."""

import json
import os
import shutil
from collections import namedtuple
from datetime import timedelta
from io import StringIO

import pytest
from django.core.checks import Error
from django.core.management import call_command
from django.db import OperationalError, connections

from portal.audit import actions as audit
from portal.audit.tasks import SEQUENCER, SIGNER
from portal.kernel import clock
from portal.operation import tasks
from portal.operation.selectors import PULSE, diagnosis, machine, readiness
from portal.outbox.models import Letter
from tests.harness.write_guard import guard

Disk = namedtuple("Disk", "total used free")  # as shutil has it
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("X6")]


@pytest.fixture
def healthy(cast, settings, tmp_path):
    """An installation in which all is well."""
    settings.ANCHOR_FILE = tmp_path / "anchor" / "checkpoint"
    readiness.forget()
    tasks._runs.clear()
    tasks.note_run(PULSE, failed=False)
    audit.sequence_once(SEQUENCER)
    audit.sign_checkpoint(SIGNER)
    with guard.off("the letters of the template are none of this test's"):
        Letter.objects.all().delete()
    yield
    readiness.forget()


def asked() -> tuple[int, dict[str, dict[str, object]]]:
    """The exit code, and what was found of each part."""
    out = StringIO()
    try:
        call_command("doctor", "--json", stdout=out)
    except SystemExit as end:
        return int(end.code or 0), {found["part"]: found for found in json.loads(out.getvalue())}
    return 0, {found["part"]: found for found in json.loads(out.getvalue())}


def wrong() -> dict[str, str]:
    """The parts that are wrong, each with its word. Each says what to do."""
    code, found = asked()
    ill = {str(part): one for part, one in found.items() if not one["is_well"]}
    assert code == bool(ill)
    assert all(one["sentence"] and one["advice"] for one in ill.values())
    return {part: str(one["word"]) for part, one in ill.items()}


def test_where_all_is_well_it_says_so(healthy):
    out = StringIO()
    call_command("doctor", stdout=out)

    assert "all is well" in out.getvalue()
    assert set(readiness.QUESTIONS) | set(diagnosis.LOOKS) <= set(asked()[1])


def test_it_changes_nothing(healthy):
    before = guard.writes
    asked()

    assert guard.writes == before


def test_data_that_others_may_read(healthy, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    settings.DATA_DIR.chmod(0o750)

    assert wrong() == {"file modes": "open"}


def test_a_full_disk(healthy, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(10**12, 10**12, 9))

    assert wrong() == {"disk": "full"}


def test_backups_that_stopped(healthy, settings, tmp_path):
    settings.BACKUP_STAMP = str(tmp_path / "backed-up")
    assert wrong() == {"backups": "none"}

    (tmp_path / "backed-up").touch()
    assert wrong() == {}

    then = clock.now().timestamp() - timedelta(hours=27).total_seconds()
    os.utime(tmp_path / "backed-up", (then, then))
    assert wrong() == {"backups": "old"}


def test_a_clock_that_went_back(healthy):
    with clock.moved(by=timedelta(hours=-5)):
        assert wrong()["clock"] == "back"


def test_old_zone_rules(healthy, monkeypatch):
    monkeypatch.setattr(machine, "zone_version", lambda: ("2019c", "the system's"))

    assert wrong() == {"zones": "old"}


def test_which_zone_rules_are_used(monkeypatch, tmp_path):
    (tmp_path / "tzdata.zi").write_text("# version 2026b\nR ...\n")
    monkeypatch.setattr(machine, "TZPATH", (str(tmp_path),))
    assert machine.zone_version() == ("2026b", "the system's")

    monkeypatch.setattr(machine, "TZPATH", ())
    assert machine.zone_version()[1] == "the package tzdata"


def test_tables_of_an_older_version(healthy):
    with guard.off("an older version"), connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'operation'")

    assert wrong() == {"migrations": "pending"}


def test_a_job_that_fails(healthy):
    tasks.note_run("notifications.deliver", failed=True)
    assert wrong() == {"job runs": "failing"}

    tasks._runs.clear()
    with clock.moved(by=timedelta(seconds=1)):
        tasks.note_run("notifications.deliver", failed=False)
        assert wrong() == {}


def test_no_mail(healthy, settings):
    settings.MAIL_LEAVES = False

    assert wrong() == {"mail": "none"}


def test_letters_that_nobody_sends(healthy, world):
    with guard.off("a letter that lay too long"):
        Letter.objects.create(
            kind="accounts.invitation",
            key="x",
            to_person=world.cast.ada.id,
            params_sealed=b"x",
            due_at=clock.now() - timedelta(hours=1),
            next_at=clock.now(),
        )

    assert wrong() == {"letters": "stale"}


@pytest.mark.parametrize("where", ["hosts", "base"])
def test_the_demo_before_everybodys_eyes(where, healthy, settings):
    if where == "hosts":
        settings.ALLOWED_HOSTS = ["localhost", "portal.example.org"]
    else:
        settings.BASE_URL = "https://portal.example.org"

    assert wrong() == {"profile": "demo"}


def test_a_production_profile_that_is_not_safe(healthy, settings):
    settings.PRODUCTION = True
    settings.CLINIC_PHONE = ""

    assert wrong() == {"configuration": "unsafe"}


def test_another_databases_keyring(healthy, monkeypatch):
    monkeypatch.setattr(diagnosis, "keyring_fits", lambda **_: [Error("not this one")])

    assert wrong() == {"keys": "lost"}


def test_without_a_database_it_still_says_what_it_can(healthy, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("no route")

    connections["default"].close()
    monkeypatch.setattr(type(connections["default"]), "connect", refuse)

    found = wrong()
    assert found["database"] == "away"
    assert "disk" not in found
