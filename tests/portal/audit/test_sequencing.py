"""Numbering on PostgreSQL: nobody comes too late, nobody twice, two sequencers are one."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from portal.audit import actions
from portal.audit.actions.sequence import EAGER, numbering
from portal.audit.models import Entry, Leaf
from portal.audit.readings.verify import verify
from portal.audit.tasks import SEQUENCER
from portal.kernel import door
from portal.kernel.actor import Actor
from tests.portal.audit.intruder import Connection, intruder, is_sqlite
from tests.portal.audit.scenes import CLERK, SEEN, committed, numbered, seen_often

pytestmark = [committed, pytest.mark.feature("A2")]
postgresql_only = pytest.mark.skipif("is_sqlite()", reason="on SQLite nothing waits for a number")


def waiting() -> int:
    """How many entries have no place yet."""
    return Entry.objects.filter(placed__isnull=True).count()


@pytest.mark.skipif("not is_sqlite()", reason="SQLite's way")
def test_on_sqlite_the_entry_s_own_transaction_numbers_it():
    seen_often(CLERK, 3)

    assert waiting() == 0
    assert actions.sequence_once(SEQUENCER) == 0


@postgresql_only
def test_an_entry_that_commits_late_is_not_passed_over():
    began, go_on = threading.Event(), threading.Event()

    def slow(actor: Actor) -> None:
        actions.record(actor, SEEN)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        began.set()
        assert go_on.wait(30)

    def run_slowly() -> None:
        try:
            door.run(slow, CLERK)
        finally:
            connection.close()

    late = threading.Thread(target=run_slowly)
    late.start()
    assert began.wait(30)
    early = seen_often(CLERK, 3)

    # The late one holds a smaller number; what came after waits for it.
    assert actions.sequence_once(SEQUENCER) == 0
    go_on.set()
    late.join()
    numbered()

    order = list(Leaf.objects.order_by("seq").values_list("entry_id", flat=True))
    assert len(order) == 4
    assert order[1:] == early
    assert verify().holds


@postgresql_only
def test_a_horizon_that_ignored_open_transactions_would_lose_the_late_one():
    """The twin: taking whatever is visible and moving on leaves the late entry without a place."""
    with intruder() as late:
        late.execute("BEGIN")
        late.execute("SELECT pg_current_xact_id()")
        early = seen_often(CLERK, 1)
        last_seen = xact_of(early[0])
        _insert_raw(late)
        late.execute("COMMIT")

    (stray,) = Entry.objects.exclude(pk__in=early)
    assert xact_of(stray.pk) < last_seen


def xact_of(entry_id: Any) -> int:
    """The number of the transaction that inserted an entry."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT xact::text FROM audit_entry WHERE id = %s", [entry_id])
        return int(cursor.fetchone()[0])


def _insert_raw(hand: Connection) -> None:
    hand.execute(
        "INSERT INTO audit_entry (id, leaf, event, at, actor, outcome, request) VALUES "
        "(gen_random_uuid(), 'x', 'raw.insert', now(), 'p_x', 0, '')"
    )


@postgresql_only
def test_an_entry_behind_an_open_transaction_waits_and_is_no_fault(monkeypatch):
    monkeypatch.setattr("portal.audit.readings.verify.PATIENCE", timedelta(0))
    monkeypatch.setattr("portal.audit.readings.verify.SECOND_LOOK", 0.0)
    with intruder() as open_elsewhere:
        open_elsewhere.execute("BEGIN")
        open_elsewhere.execute("SELECT pg_current_xact_id()")
        seen_often(CLERK, 1)
        said = verify()
        assert (said.waiting, said.holds) == (1, True)
        open_elsewhere.execute("COMMIT")

    # Now it could have its place, and the one who gives places does not come. Other databases of
    # the cluster may keep it waiting a while longer.
    end = time.monotonic() + 120
    while verify().holds:
        assert time.monotonic() < end
        time.sleep(0.5)
    numbered()
    assert verify().holds


@postgresql_only
def test_two_sequencers_never_number_the_same_entry():
    seen_often(CLERK, 100)

    def hurry() -> int:
        try:
            return sum(actions.sequence_once(SEQUENCER) for _ in range(10))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda _: hurry(), range(4)))
    numbered()

    assert done <= 100
    assert Leaf.objects.count() == 100
    assert verify().holds


@postgresql_only
def test_entries_from_another_cluster_s_dump_are_numbered_too():
    numbers = "ALTER TABLE audit_entry {} TRIGGER audit_entry_xact"
    with intruder() as hand:
        hand.execute(numbers.format("DISABLE"))
        hand.execute(
            "INSERT INTO audit_entry (id, leaf, event, at, actor, outcome, request, xact) VALUES "
            "(gen_random_uuid(), 'x', 'old.entry', now(), 'p_x', 0, '', '99999999999')"
        )
        hand.execute(numbers.format("ENABLE ALWAYS"))
    numbered()
    seen_often(CLERK, 2)
    numbered()

    assert waiting() == 0
    assert Leaf.objects.count() == 3


@postgresql_only
def test_many_waiting_entries_hurry_the_sequencer():
    numbering.begin()
    seen_often(CLERK, EAGER - 1)
    assert not numbering.many_waiting.is_set()

    seen_often(CLERK, 1)
    assert numbering.many_waiting.is_set()

    actions.sequence_once(SEQUENCER)
    assert not numbering.many_waiting.is_set()


def test_many_writers_at_once_make_one_log():
    def write(n: int) -> None:
        try:
            for _ in range(5):
                seen_often(CLERK, 3)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    numbered()

    assert Leaf.objects.count() == 90
    assert verify().holds
    assert is_sqlite() or waiting() == 0
