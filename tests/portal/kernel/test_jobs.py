"""Jobs are asked for by name, after the commit, with ids only; a lost hint is no error."""

import contextlib
import queue
import threading
import time
from functools import cache
from types import SimpleNamespace

import pytest
from celery.app.task import Context
from celery.signals import before_task_publish
from kombu.exceptions import OperationalError

from portal.celery import app as current_app
from portal.kernel import door, jobs, trace
from portal.kernel.actor import Actor
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from tests.portal.kernel.beads import SOON, US

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked():
    """Every message that went to the broker: its name and arguments."""
    messages: list[tuple[str, dict[str, object]]] = []

    def note(*, sender: str, body: tuple[object, dict[str, object], object], **_: object) -> None:
        messages.append((sender, body[1]))

    before_task_publish.connect(note)
    yield messages
    before_task_publish.disconnect(note)
    current_app.control.purge()


def test_a_job_is_asked_for_after_the_commit(asked):
    about = new_id()

    def action(_: Actor) -> None:
        jobs.after_commit("bead.polish", bead=about, n=3, shade="blue")
        assert asked == []

    door.run(action, US)

    assert jobs.flush()
    assert asked == [("bead.polish", {"bead": str(about), "n": 3, "shade": "blue"})]


def test_the_request_that_asked_goes_with_the_message():
    headers: list[object] = []

    def note(*, headers: dict[str, object], kept: list[object] = headers, **_: object) -> None:
        kept.append(headers[jobs.REQUEST])

    before_task_publish.connect(note)
    try:
        with trace.of("request-1", "POST messaging:reply"):
            door.run(lambda _: jobs.after_commit("bead.polish", n=1), US)
        assert jobs.flush()
    finally:
        before_task_publish.disconnect(note)
        current_app.control.purge()

    assert headers == ["request-1"]


@pytest.mark.parametrize("fails", [False, True])
def test_a_worker_names_that_request_and_notes_the_run(fails, monkeypatch):
    runs: list[tuple[str, bool]] = []
    worked: list[trace.Trace] = []
    monkeypatch.setattr(
        jobs, "import_string", lambda _: lambda name, *, failed: runs.append((name, failed))
    )
    by_worker = Context({jobs.REQUEST: "request-1", "called_directly": False})
    monkeypatch.setattr(jobs, "current_task", SimpleNamespace(request=by_worker))

    with contextlib.suppress(ZeroDivisionError), jobs._at_work("bead.polish"):
        worked.append(trace.now())
        assert 1 / (not fails)

    assert worked == [trace.Trace("request-1", "job bead.polish")]
    assert runs == [("bead.polish", fails)]
    assert trace.now() == trace.NOTHING


def test_a_refused_action_asks_for_nothing(asked):
    def action(_: Actor) -> None:
        jobs.after_commit("bead.polish", n=1)
        raise Refusal

    with pytest.raises(Refusal):
        door.run(action, US)

    assert jobs.flush()
    assert asked == []


@pytest.mark.parametrize("error", [ConnectionError, OperationalError, ValueError])
def test_a_broker_that_is_away_takes_no_answer_away(error, monkeypatch, caplog):
    def away(*_: object, **__: object) -> None:
        raise error("no route")

    monkeypatch.setattr(current_app, "send_task", away)

    def action(_: Actor) -> str:
        jobs.after_commit("bead.polish", n=1)
        return "done"

    assert door.run(action, US) == "done"
    assert jobs.flush()
    assert "bead.polish" in caplog.text


def test_whoever_commits_does_not_wait_for_a_broker_that_hangs(monkeypatch, caplog):
    hung = threading.Event()
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: hung.wait(SOON))
    monkeypatch.setattr(jobs, "_hints", queue.Queue(2))
    monkeypatch.setattr(jobs, "_talker", cache(jobs._talker.__wrapped__))

    def action(_: Actor) -> str:
        for n in range(5):
            jobs.after_commit("bead.polish", n=n)
        return "done"

    started = time.monotonic()
    assert door.run(action, US) == "done"

    assert time.monotonic() - started < SOON / 2
    assert "too many hints" in caplog.text
    hung.set()
    assert jobs.flush()
