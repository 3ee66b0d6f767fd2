"""The write guard: strays fail, actions pass, and no thread escapes it."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from portal.crypto.hierarchy import WRAPPED_BYTES
from portal.crypto.models import DataKey
from portal.kernel import clock, door
from portal.kernel.actor import STRANGER
from portal.kernel.ids import new_id
from tests.harness.write_guard import WRITE, StrayWrite, guard, is_writer
from tests.shared import ROOT


def stray(*_: Any) -> Any:
    """A row that no action asked for."""
    return DataKey.objects.create(
        patient_id=new_id(),
        purpose="stray",
        home_id=new_id(),
        version=1,
        wrapped=bytes(WRAPPED_BYTES),
        created_at=clock.now(),
    )


def called_from(path: str) -> Callable[..., Any]:
    """The same write, asked for by a function of that file."""
    space = {"stray": stray}
    exec(compile("def ask(*_): return stray()", ROOT / path, "exec"), space)  # noqa: S102
    return space["ask"]


@pytest.mark.django_db
def test_a_stray_write_fails_and_the_same_write_in_an_action_passes():
    with guard.expected() as refused, pytest.raises(StrayWrite), transaction.atomic():
        stray()

    assert "INSERT" in refused[0]
    assert called_from("patients/actions.py")().pk
    assert called_from("patients/actions/admit.py")().pk


@pytest.mark.django_db(transaction=True)
def test_the_thread_of_the_door_is_watched():
    with guard.expected(), pytest.raises(StrayWrite):
        door.run(stray, STRANGER)

    assert door.run(called_from("patients/actions.py"), STRANGER).pk
    assert DataKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_thread_of_its_own_is_watched():
    caught: list[BaseException] = []

    def work() -> None:
        try:
            stray()
        except StrayWrite as error:
            caught.append(error)
        finally:
            connections.close_all()

    with guard.expected():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    assert len(caught) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE crypto_datakey SET version = 2",
        "DELETE FROM crypto_datakey",
        "  insert into crypto_datakey (id) values (1)",
        "WITH old AS (SELECT 1) DELETE FROM crypto_datakey",
    ],
)
def test_raw_statements_are_watched(statement):
    with guard.expected(), pytest.raises(StrayWrite), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_an_intruder_may_be_played_on_purpose():
    with guard.off("an intruder with a database shell"):
        assert stray().pk

    assert not guard.refused


@pytest.mark.parametrize(
    "statement", ["SELECT 1 FOR UPDATE", "WITH a AS (SELECT 1) SELECT 1 FOR UPDATE"]
)
def test_a_lock_is_no_write(statement):
    assert not WRITE.match(statement)


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("messaging/actions.py", True),
        ("messaging/actions/send.py", True),
        ("portal/audit/actions.py", True),
        ("portal/accounts/sessions.py", True),
        ("messaging/views.py", False),
        ("messaging/readings.py", False),
        ("tests/actions.py", False),
        ("messaging/transactions.py", False),
    ],
)
def test_who_may_write(path, may):
    assert is_writer(ROOT / path) is may


def test_a_file_elsewhere_may_not_write():
    assert not is_writer(Path("/somewhere/messaging/actions.py"))
