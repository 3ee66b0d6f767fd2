"""Finding entries: newest first, page after page, the same however many there are."""

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.audit import merkle, notes
from portal.audit.models import Entry, EntryDetail
from portal.audit.readings.report import entries_about
from portal.audit.selectors import entries, log
from portal.crypto import keys
from portal.kernel.ids import new_id
from tests.harness.write_guard import guard
from tests.portal.audit.scenes import (
    CLERK,
    SEEN,
    committed,
    patients,
    seen,
    seen_often,
    signed,
    someone,
    stored,
)

pytestmark = [stored, pytest.mark.feature("A1")]


def ids(rows: list[entries.EntryRow]) -> list[UUID]:
    """The ids of these rows."""
    return [row.id for row in rows]


def test_entries_about_a_patient_come_newest_first_in_pages():
    ada, ben = patients(2)
    left = []
    for n in range(11):
        seen(someone(), patient=ben)
        left.append(
            seen(someone(), patients=[ada, ben]) if n % 3 == 0 else seen(CLERK, patient=ada)
        )
    pseudonym = entries.pseudonym_of_patient(ada)

    pages, before = [], None
    while page := entries.about_patient(pseudonym, before=before, limit=4):
        pages += ids(page)
        before = page[-1].id

    assert pages == left[::-1]


def test_entries_of_an_actor_a_subject_and_an_event():
    actor, subject = someone(), new_id()
    first = seen(actor, subject=subject)
    second = seen(actor)
    seen(someone())

    assert ids(entries.by_actor(entries.pseudonym_of_person(actor.id))) == [second, first]
    assert ids(entries.about_subject(entries.pseudonym_of_subject(subject))) == [first]
    assert len(entries.of_event(SEEN)) == 3
    assert ids(entries.of_event(SEEN, before=second)) == [first]


def test_a_patient_s_own_report_opens_the_details():
    (ada,) = patients(1)
    actor = someone("coordinator")
    seen(actor, patient=ada, why="asked", on_behalf=True)
    seen(actor, patients=[ada], how_many=1)
    seen(actor, patients=[ada, *patients(1)], how_many=2)

    listed, alone, first = entries_about(ada)

    assert listed.details["how_many"] == 2
    assert alone.details["how_many"] == 1
    assert first.details["actor"] == str(actor.id)
    assert first.details["role"] == "coordinator"
    assert first.details["behalf"] == 1
    assert first.details["why"] == "asked"


def test_deleted_details_leave_the_entry():
    (ada,) = patients(1)
    seen(CLERK, patient=ada, why="asked")
    with guard.off("retention will delete details; nothing does so yet"):
        EntryDetail.objects.all().delete()

    (entry,) = entries_about(ada)

    assert entry.row.event == SEEN
    assert entry.details == {}


def test_erasing_a_patient_ends_every_link():
    (ada,) = patients(1)
    seen(CLERK, patient=ada)
    pseudonym = entries.pseudonym_of_patient(ada)
    assert entries.patients_by_pseudonym() == {pseudonym: ada}

    keys.destroy_shred_key(ada)

    assert entries.patients_by_pseudonym() == {}
    with pytest.raises(keys.KeyGone):
        entries_about(ada)


def test_a_report_costs_the_same_queries_for_few_and_many():
    (ada,) = patients(1)
    seen(someone(), patient=ada)
    entries_about(ada)
    with CaptureQueriesContext(connection) as few:
        entries_about(ada)
    seen_often(someone(), 30, [ada])
    with CaptureQueriesContext(connection) as many:
        assert len(entries_about(ada)) == 31

    assert len(many) == len(few)


@committed
@pytest.mark.feature("A4")
def test_any_entry_proves_against_the_newest_checkpoint():
    seen_often(CLERK, 300)
    signed()
    seen_often(CLERK, 17)
    signed()

    for index in (0, 1, 255, 256, 299, 300, 316):
        proof = entries.proof_of(index)
        assert proof is not None
        stated = notes.open_checkpoint(proof.checkpoint, log.signer().verifier)
        assert stated.size == 317
        hashed = merkle.leaf_hash(proof.extra)
        merkle.check_inclusion(index, stated.size, hashed, proof.steps, stated.root)


@committed
def test_an_entry_that_no_checkpoint_covers_has_no_proof_yet():
    seen_often(CLERK, 2)
    signed()
    seen_often(CLERK, 1)

    assert entries.proof_of(1) is not None
    assert entries.proof_of(2) is None
    assert entries.proof_of(-1) is None
    assert entries.proof_of(99) is None


@pytest.mark.parametrize(
    ("index", "entries_of"),
    [
        ("entries_of_an_actor", {"actor": "p_x"}),
        ("entries_of_an_event", {"event": SEEN}),
        ("entries_about_a_patient", {"patient": "s_x"}),
        ("entries_about_a_subject", {"subject": "o_x"}),
    ],
)
def test_each_list_walks_an_index_of_its_own(index: str, entries_of: dict[str, str]):
    seen_often(CLERK, 20)
    page = Entry.objects.filter(**entries_of, id__lt=new_id()).order_by("-id")[:5]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Twenty rows would be read whole; millions are not.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")

    plan = page.explain()

    assert index in plan
    assert "SORT" not in plan.upper().replace("SORT KEY", "")
