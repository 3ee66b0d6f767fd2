"""Looking through the whole log: every choice finds what it asks for, led by an index, in pages."""

from datetime import datetime, timedelta
from functools import partial
from itertools import product

import pytest
from django.db import connection, transaction

from portal.audit import actions, leaves
from portal.audit.models import Entry
from portal.audit.selectors import search
from portal.audit.selectors.entries import pseudonym_of_patient, pseudonym_of_person
from portal.audit.selectors.linked import patients_behind
from portal.audit.selectors.search import Search, leading, look, page_of
from portal.audit.vocabulary import Event, Outcome
from portal.crypto import keys
from portal.kernel import clock
from tests.harness.growth import queries_of
from tests.portal.audit.intruder import intruder
from tests.portal.audit.scenes import SEEN, patients, seen, someone, stored

pytestmark = [stored, pytest.mark.feature("A16")]
INDEX = {
    "actor": "entries_of_an_actor",
    "event": "entries_of_an_event",
    "outcome": "entries_that_were_refused",
    "patient": "entries_about_a_patient",
    "log": "audit_entry",
}
READ = str(Event.AUDIT_READ)


class Log:
    """Some dozens of entries of two people about two patients, and every way of choosing."""

    def __init__(self) -> None:
        self.people = [someone(), someone("coordinator")]
        self.patients = patients(2)
        for n in range(48):
            actor = self.people[n % 2].asking("", "page" if n % 3 else "job")
            about = self.patients[n // 2 % 2]
            outcome = Outcome.REFUSED if n % 5 == 0 else Outcome.DONE
            if n % 8 == 7:
                seen(actor, patients=self.patients, outcome=outcome)
            elif n % 4 == 3:
                actions.record_alone(actor, READ, patient=about, outcome=outcome)
            else:
                seen(actor, patient=about if n % 7 else None, outcome=outcome)

    def choices(self):
        """Every combination of what can be asked for."""
        now = clock.now()
        hour = timedelta(hours=1)
        for who, about, event, way, outcome, time in product(
            ("", pseudonym_of_person(self.people[0].id)),
            ("", pseudonym_of_patient(self.patients[0])),
            ("", SEEN),
            ("", "job"),
            (None, Outcome.DONE, Outcome.REFUSED),
            ((None, None), (now - hour, now + hour)),
        ):
            yield Search(who, about, event, way, outcome, *time)


def fitting(asked):
    """The same by brute force, from the leaves themselves."""
    found = []
    for row in Entry.objects.order_by("-id"):
        leaf = leaves.decode(bytes(row.leaf))
        at = datetime.fromisoformat(leaf.t)
        if (
            asked.actor in ("", leaf.act)
            and (not asked.patient or asked.patient in leaf.sub)
            and asked.event in ("", leaf.ev)
            and asked.way in ("", leaf.src)
            and asked.outcome in (None, leaf.out)
            and (asked.since is None or at >= asked.since)
            and (asked.until is None or at < asked.until)
        ):
            found.append(row.pk)
    return found


def paged(asked, limit=4):
    """What is found by going further back until the log begins, and how many pages that took."""
    found, before = [], None
    for pages in range(1, 100):
        page = look(asked, before=before, limit=limit)
        assert len(page.rows) <= limit
        found += [row.id for row in page.rows]
        before = page.beyond
        if before is None:
            return found, pages
    raise AssertionError("the log has no beginning")


@pytest.mark.parametrize("window", [5, 10_000])
def test_every_choice_finds_what_it_asks_for_and_nothing_twice(window, monkeypatch):
    monkeypatch.setattr(search, "WINDOW", window)
    log = Log()

    for asked in log.choices():
        wanted = fitting(asked)
        assert paged(asked)[0] == wanted, asked


def test_what_lies_beyond_the_windows_is_cut_not_hidden(monkeypatch):
    monkeypatch.setattr(search, "WINDOW", 5)
    busy, now = someone(), clock.now()
    seen(busy.asking("", "command"))
    for _ in range(30):
        seen(busy.asking("", "page"))

    first = look(Search(way="command", since=now - timedelta(days=1)))

    assert first.rows == []
    assert first.is_cut
    assert len(paged(Search(way="command"))[0]) == 1


def test_the_rarest_index_leads(monkeypatch):
    rare, busy = someone(), someone()
    for _ in range(20):
        seen(busy)
    seen(rare)

    assert leading(Search(actor=pseudonym_of_person(rare.id), event=SEEN)).name == "actor"
    assert leading(Search(actor=pseudonym_of_person(busy.id), event=READ)).name == "event"


def test_every_choice_is_led_by_an_index():
    log = Log()
    forget_how_little_there_is()

    for asked in log.choices():
        lead = leading(asked)
        plan = plan_of(page_of(lead, None, 50))
        assert INDEX[lead.name] in plan, (asked, plan)
        assert not unled(plan), (asked, plan)
        if asked.patient:
            assert "lists_about_a_patient" in plan


def forget_how_little_there_is():
    """PostgreSQL plans as for millions of entries: of four dozen it may take any index."""
    if connection.vendor == "sqlite":
        return
    with intruder() as hand:
        tables = "('audit_entry'::regclass, 'audit_mention'::regclass)"
        hand.execute(f"DELETE FROM pg_statistic WHERE starelid IN {tables}")
        hand.execute(f"UPDATE pg_class SET reltuples = 1e7, relpages = 1 WHERE oid IN {tables}")


def test_a_plan_without_an_index_is_noticed():
    Log()
    blind = search.Piece("SELECT id FROM audit_entry WHERE request = 'x' ORDER BY at LIMIT 5")

    assert unled(plan_of(blind))


def plan_of(piece):
    """How the database goes about it, where it may choose freely between indexes alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {piece.sql}", piece.given)
            return "\n".join(row[3] for row in cursor.fetchall())
        for kind in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{kind} = off")
        cursor.execute(f"EXPLAIN {piece.sql}", piece.given)
        return "\n".join(row[0] for row in cursor.fetchall())


def unled(plan):
    """The steps that go through a table of the log without an index."""
    steps = [step for step in plan.splitlines() if "audit_" in step]
    if connection.vendor == "sqlite":
        return [step for step in steps if "INDEX" not in step]
    return [step for step in steps if "Seq Scan" in step]


def test_nothing_counts_the_log_or_skips_by_number():
    log = Log()

    for asked in log.choices():
        for sql in queries_of(partial(look, asked, limit=3)):
            assert "OFFSET" not in sql.upper()
            assert "COUNT" not in sql.upper() or "LIMIT" in sql.upper()


def test_a_pseudonym_leads_to_its_patient_until_the_record_is_erased():
    known, newcomer = patients(1)[0], None
    first = pseudonym_of_patient(known)
    assert patients_behind([first, "s_erased"]) == {first: known}
    newcomer = patients(1)[0]
    second = pseudonym_of_patient(newcomer)

    assert patients_behind([first, second]) == {first: known, second: newcomer}
    keys.destroy_shred_key(known)
    assert patients_behind([first, second]) == {second: newcomer}
