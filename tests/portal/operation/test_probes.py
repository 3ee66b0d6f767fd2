"""Alive and ready: what the portal says, to whom, and that it needs nothing to say it."""

import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from portal.celery import app
from portal.kernel import clock
from portal.operation import tasks
from portal.operation.selectors import PULSE, readiness
from portal.operation.selectors.findings import Finding
from tests.cast import browser
from tests.harness.write_guard import guard

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("X6")]
STRANGE: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.9"}


def parts() -> dict[str, str]:
    told = json.loads(Client().get("/readyz").content)
    return {part["part"]: part["word"] for part in told["parts"]}


def test_a_portal_that_works_is_ready(working):
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["word"]) == (200, "ready")
    assert set(parts()) == set(readiness.QUESTIONS)


def test_a_stranger_is_told_one_word(working):
    answer = Client(**STRANGE).get("/readyz")

    assert (answer.status_code, answer.content) == (200, b"ready\n")


def test_without_workers_pages_are_shown_and_it_says_that_something_is_wrong(cast):
    answer = Client(**STRANGE).get("/readyz")

    # A balancer that took every web process out for this would end what still works.
    assert (answer.status_code, answer.content) == (200, b"strained\n")
    assert parts()["jobs"] == "never"


def test_workers_that_stopped_are_noticed(working):
    with clock.moved(by=timedelta(minutes=1)):
        assert parts()["jobs"] == "late"


@pytest.mark.parametrize("alias", ["default", "shred"])
def test_a_database_that_is_away_is_named(alias, working, monkeypatch):
    part = {"default": "database", "shred": "shred database"}[alias]

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no route")

    monkeypatch.setattr(type(connections[alias]), "connect", refuse)
    connections[alias].close()

    assert parts()[part] == "away"
    assert Client().get("/healthz").content == b"ok\n"
    answer = Client(**STRANGE).get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready\n")
    told = Client().get("/metrics").content.decode()
    assert f'portal_part_up{{part="{part.replace(" ", "_")}"}} 0' in told


def test_redis_that_is_away_is_named(working, monkeypatch, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert parts()["layer"] == "away"
    assert Client().get("/readyz").status_code == 200


def test_a_broker_that_is_away_is_named(working, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/1"
    conf: Any = app.conf
    before, conf.broker_write_url = conf.broker_write_url, "redis://127.0.0.1:1/1"
    try:
        assert parts()["broker"] == "away"
    finally:
        conf.broker_write_url = before


def test_a_guard_that_was_taken_down_is_noticed(working):
    connection = connections["default"]
    with guard.off("an intruder"), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            name = next(row[0] for row in cursor.fetchall() if "entry" in row[0])
            cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
                "AND tgrelid = 'audit_entry'::regclass"
            )
            name = cursor.fetchone()[0]
            cursor.execute(f"DROP TRIGGER {name} ON audit_entry")

    assert parts()["audit guards"] == "missing"


def test_frozen_signing_is_noticed(working, settings):
    settings.ANCHOR_FILE.write_text("this is no checkpoint\n")

    assert parts()["audit signing"] == "frozen"


def test_entries_that_nobody_signs_are_noticed(working, world):
    world.thread()

    assert parts()["audit signing"] == "ok"
    readiness.forget()
    with clock.moved(by=timedelta(seconds=31)):
        tasks._runs.clear()
        tasks.note_run(PULSE, failed=False)
        assert "behind" in {parts()["audit signing"], parts()["audit sequencer"]}


def test_a_question_that_hangs_keeps_nobody_waiting(working, monkeypatch):
    hangs = threading.Event()
    monkeypatch.setattr(readiness, "PATIENCE", 0.2)
    monkeypatch.setitem(readiness.QUESTIONS, "layer", lambda: hangs.wait(30))
    try:
        assert parts()["layer"] == "away"
    finally:
        hangs.set()


def test_however_often_it_is_asked_the_parts_are_asked_once_a_second(working, monkeypatch):
    asked = []
    real = readiness.QUESTIONS["layer"]

    def layer() -> Finding:
        asked.append(1)
        return real()

    monkeypatch.setitem(readiness.QUESTIONS, "layer", layer)
    monkeypatch.setattr(readiness, "FRESH", 60.0)

    for _ in range(20):
        Client(**STRANGE).get("/readyz")

    assert len(asked) == 1


def test_what_is_slow_to_answer_is_asked_seldom(working, monkeypatch):
    asked = []
    monkeypatch.setattr(readiness, "FRESH", 0.0)
    monkeypatch.setattr(readiness, "PATIENCE", 0.2)
    monkeypatch.setattr(readiness, "RARELY", 600)

    def layer() -> None:
        asked.append(1)
        time.sleep(1)

    monkeypatch.setitem(readiness.QUESTIONS, "layer", layer)

    for _ in range(5):
        Client(**STRANGE).get("/readyz")

    assert len(asked) == 1


def test_a_probe_looks_at_no_cookie(cast, django_assert_num_queries):
    page = browser(cast.ada)

    with django_assert_num_queries(0):
        assert page.get("/healthz").status_code == 200


def test_a_probe_needs_neither_host_nor_tls(working, settings):
    settings.ALLOWED_HOSTS = ["portal.example"]
    settings.SECURE_SSL_REDIRECT = True

    for address in ("/healthz", "/readyz", "/metrics"):
        assert Client(headers={"host": "10.0.0.7:8001"}).get(address).status_code == 200
