"""Leaving entries: with their transaction or not at all, numbered in order, telling nothing."""

import json
from uuid import UUID

import pytest
from django.db import connection, transaction

from portal.audit import actions, leaves, merkle
from portal.audit.errors import DetailRefused
from portal.audit.models import Entry, EntryDetail, Leaf, Mention, Tile
from portal.audit.readings.details import Opener
from portal.audit.readings.verify import verify
from portal.audit.selectors import entries, tree
from portal.audit.vocabulary import Outcome
from portal.crypto import keys
from portal.kernel import clock, door
from portal.kernel.actor import STRANGER, Actor
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from tests.portal.audit.scenes import (
    CLERK,
    SEEN,
    committed,
    numbered,
    patients,
    seen,
    seen_often,
    someone,
    stored,
)

pytestmark = [stored, pytest.mark.feature("A1")]


def leaf_of(entry_id: UUID) -> leaves.Leaf:
    """The leaf of an entry."""
    return leaves.decode(bytes(Entry.objects.get(pk=entry_id).leaf))


def details_of(entry_id: UUID, patient: UUID | None) -> dict[str, leaves.Detail]:
    """The details of an entry, opened and held against the leaf."""
    sealed = bytes(EntryDetail.objects.get(pk=entry_id).sealed)
    found = Opener().open(entry_id, patient, sealed)
    assert found.unfit(leaf_of(entry_id)) == []
    return dict(found.details)


def test_an_entry_says_who_what_when_and_how_it_ended():
    (patient,) = patients(1)
    actor, subject = someone(), new_id()

    entry_id = seen(
        actor,
        patient=patient,
        subject=subject,
        outcome=Outcome.REFUSED,
        on_behalf=True,
        why="asked",
        how_many=2,
    )

    entry = Entry.objects.get(pk=entry_id)
    assert entry.event == SEEN
    assert entry.outcome == Outcome.REFUSED
    assert entry.request == actor.request
    assert entry.actor == entries.pseudonym_of_person(actor.id)
    assert entry.patient == entries.pseudonym_of_patient(patient)
    assert entry.subject == entries.pseudonym_of_subject(subject)
    assert leaf_of(entry_id).t == clock.stamp(entry.at)
    assert details_of(entry_id, patient) == {
        "actor": str(actor.id),
        "behalf": 1,
        "how_many": 2,
        "patient": str(patient),
        "role": "clinician",
        "session": "abcd1234",
        "subject": str(subject),
        "why": "asked",
    }


def test_no_id_stands_in_the_open():
    (patient,) = patients(1)
    actor, subject = someone(), new_id()
    entry_id = seen(actor, patient=patient, subject=subject, which=subject)

    row = repr(Entry.objects.filter(pk=entry_id).values())
    sealed = bytes(EntryDetail.objects.get(pk=entry_id).sealed)
    for hidden in (patient, actor.id, subject):
        for spelt in (str(hidden), hidden.hex):
            assert spelt not in row
            assert spelt.encode() not in sealed
        assert hidden.bytes not in sealed


def test_a_system_actor_and_a_stranger_leave_entries_too():
    assert details_of(seen(CLERK), None)["role"] == "system:clerk"
    assert details_of(seen(STRANGER), None)["role"] == "stranger"


def test_a_list_is_found_from_each_of_its_patients_and_tells_no_id():
    several = patients(3)
    entry_id = seen(someone(), patients=[*several, several[0]], how_many=3)

    assert Entry.objects.get(pk=entry_id).patient is None
    assert Mention.objects.filter(entry=entry_id).count() == 3
    assert len(leaf_of(entry_id).sub) == 3
    assert "patient" not in details_of(entry_id, None)
    for patient in several:
        (row,) = entries.about_patient(entries.pseudonym_of_patient(patient))
        assert row.id == entry_id


def test_a_patient_who_was_erased_stays_unknown_to_later_entries():
    (patient,) = patients(1)
    keys.destroy_shred_key(patient)

    entry_id = seen(someone(), patient=patient)

    assert Entry.objects.get(pk=entry_id).patient == leaves.ERASED
    assert "patient" not in details_of(entry_id, None)


def test_an_entry_about_nobody_s_patient_is_a_mistake():
    with pytest.raises(keys.KeyMissing):
        seen(someone(), patient=new_id())

    assert not Entry.objects.exists()


def test_free_text_is_refused_before_anything_is_written():
    with pytest.raises(DetailRefused):
        seen(someone(), why="it hurts when I breathe")
    with pytest.raises(DetailRefused):
        seen(Actor(CLERK.kind, CLERK.id, CLERK.name, request="it hurts"))
    with pytest.raises(DetailRefused):
        seen(someone(), patients=[new_id() for _ in range(101)])

    assert not Entry.objects.exists()


def test_only_an_action_leaves_entries():
    with pytest.raises(door.DoorClosed):
        actions.record(CLERK, SEEN)


def test_an_action_that_refuses_takes_its_entry_back():
    def refuse(actor: Actor) -> None:
        actions.record(actor, SEEN)
        raise Refusal

    with pytest.raises(Refusal):
        door.run(refuse, CLERK)

    assert not Entry.objects.exists()


@committed
def test_entries_are_leaves_in_the_order_in_which_they_were_left():
    ids = seen_often(CLERK, 20)
    numbered()

    assert list(Leaf.objects.order_by("seq").values_list("entry_id", flat=True)) == ids
    assert list(Leaf.objects.order_by("seq").values_list("seq", flat=True)) == [*range(20)]


def test_one_write_for_a_whole_transaction():
    about = patients(2)
    seen_often(CLERK, 4, about)
    with CountedWrites() as few:
        seen_often(CLERK, 3, about)
    with CountedWrites() as many:
        seen_often(CLERK, 30, about)

    assert many.count == few.count


class CountedWrites:
    """Counts the statements of a block that insert, executemany as one."""

    def __enter__(self) -> "CountedWrites":
        self.count = 0
        self._watching = connection.execute_wrapper(self._watch)
        self._watching.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self._watching.__exit__(None, None, None)

    def _watch(self, execute, sql, params, many, context):
        self.count += "INSERT" in sql
        return execute(sql, params, many, context)


@committed
def test_the_tree_survives_a_transaction_that_was_taken_back():
    seen_often(CLERK, 3)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        # On PostgreSQL these three get their places here, on SQLite the five below.
        numbered()
        seen_often(CLERK, 5)
        raise ZeroDivisionError
    seen_often(CLERK, 5)
    numbered()

    assert tree.size() == 8
    assert verify().holds


@committed
def test_tiles_are_kept_as_they_fill():
    seen_often(CLERK, 300)
    seen_often(CLERK, 300)
    numbered()

    hashes = [
        bytes(found) for found in Leaf.objects.order_by("seq").values_list("leaf_hash", flat=True)
    ]
    kept = {(t.level, t.index): t for t in Tile.objects.all()}
    assert kept.keys() == {(0, 0), (0, 1)}
    assert bytes(kept[0, 1].hashes) == b"".join(hashes[256:512])
    running = merkle.Frontier()
    for leaf in hashes:
        running.append(leaf)
    assert tree.root(600) == running.root()


@committed
def test_another_process_may_append_in_between():
    seen_often(CLERK, 3)
    numbered()
    mine = actions.sequence.numbering._grown[connection.alias]
    actions.sequence.numbering._grown.clear()
    seen_often(CLERK, 4)
    numbered()
    actions.sequence.numbering._grown[connection.alias] = mine

    seen_often(CLERK, 5)
    numbered()

    assert tree.size() == 12
    assert verify().holds


def test_each_entry_has_a_number_of_its_process():
    ids = seen_often(CLERK, 3)

    found = [leaf_of(entry_id) for entry_id in ids]
    assert [leaf.n - found[0].n for leaf in found] == [0, 1, 2]
    assert len({leaf.boot for leaf in found}) == 1
    assert json.loads(leaves.encode(found[0]))["boot"] == found[0].boot
