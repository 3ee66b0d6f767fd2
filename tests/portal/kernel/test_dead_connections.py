"""A connection that died while it lay fails nobody; one that dies at the commit is not repeated."""

from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection

from portal.kernel import door
from portal.kernel.actor import STRANGER, Actor
from portal.kernel.group import Call

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("a file does not hang up")


def hang_up() -> None:
    connection.ensure_connection()
    assert connection.connection is not None
    connection.connection.close()


def select(calls: list[int]) -> int:
    calls.append(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("way", ["run", "run_grouped"])
def test_an_action_is_tried_again_if_its_connection_had_died(way: str) -> None:
    calls: list[int] = []

    def once_dead(actor: Actor) -> int:
        if not calls:
            hang_up()
        return select(calls)

    ask: Any = partial(door.run_grouped, "a") if way == "run_grouped" else door.run
    ask(lambda actor: None, STRANGER)  # from now on this thread has a connection, and keeps it
    assert ask(once_dead, STRANGER) == 1
    assert len(calls) == 2


@pytest.mark.parametrize(("is_done", "times"), [(True, 1), (False, 2)])
def test_what_may_have_been_committed_is_not_done_twice(
    monkeypatch: pytest.MonkeyPatch, is_done: bool, times: int
) -> None:
    tried: list[int] = []

    def dies(call: Call[None]) -> None:
        """A transaction whose connection is gone, before its commit was asked for or after."""
        tried.append(1)
        call.is_done = is_done
        connection.close()
        raise OperationalError("the connection is closed")

    connection.ensure_connection()
    monkeypatch.setattr(door, "_transaction", dies)

    with pytest.raises(OperationalError):
        door._alone(Call(lambda actor: None, STRANGER, (), {}))
    assert len(tried) == times
