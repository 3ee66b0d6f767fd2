"""Drafts at rest: sealed for their author and place, erased with the record, handed out to none."""

import pytest

from messaging.actions.drafts import erase_drafts
from messaging.errors import RecordErased
from messaging.models import Draft
from messaging.readings import Words
from messaging.readings.drafts import exported_drafts, words_of
from portal.audit.models import Entry
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.harness.canary import scan, spoken
from tests.harness.write_guard import guard
from tests.messaging.rows import shred
from tests.messaging.test_drafts import found, keep, keep_new

pytestmark = [pytest.mark.feature("M10", "M25")]


def test_it_rests_sealed_and_no_row_shows_it(thread, ada, cast):
    keep(ada, thread, spoken("I also have a fever"))
    keep_new(ada, cast.ada_record, Words(spoken("It hurts"), spoken("My knee"), ""))

    for draft in Draft.objects.all():
        assert scan(bytes(draft.words_sealed)) == []
        assert "fever" not in f"{draft!r}{draft}{words_of(draft)!r}"


def test_a_row_that_was_given_to_somebody_else_opens_for_nobody(thread, ada, cast):
    keep(ada, thread, spoken("Mine alone"))
    with guard.off("somebody writes into the database"):
        Draft.objects.update(author_id=cast.cara.id)

    assert found(cast.cara, thread) == ""
    assert found(ada, thread) == ""
    assert Entry.objects.filter(event="message.seal-broken").count() == 1


@pytest.mark.parametrize("column", ["version", "thread", "id"])
def test_a_row_that_was_moved_does_not_open_and_can_be_written_anew(world, thread, ada, column):
    keep(ada, thread, spoken("Here"))
    elsewhere = world.thread()
    value = {"version": 9, "thread": elsewhere, "id": new_id()}[column]
    with guard.off("somebody writes into the database"):
        Draft.objects.update(**{column: value})
    where = elsewhere if column == "thread" else thread

    assert found(ada, where) == ""
    assert keep(ada, where, spoken("Anew")).mark
    assert found(ada, where) == spoken("Anew")


def test_a_record_that_is_erased_holds_no_drafts(world, thread, ada, cara, cast):
    keep(ada, thread, spoken("Mine"))
    keep(cara, thread, spoken("Hers"))
    keep_new(cara, cast.ada_record, Words(spoken("New")))

    door.run(erase_drafts, ada.actor, cast.ada_record)

    assert not Draft.objects.exists()


def test_without_the_patients_key_nothing_opens_and_nothing_is_kept(thread, ada, cast):
    keep(ada, thread, spoken("Mine"))
    shred(None, cast.ada_record)

    assert words_of(Draft.objects.get()) is None
    with pytest.raises(RecordErased):
        keep(ada, thread, spoken("More"))


def test_a_patient_is_handed_out_their_own_drafts_and_nobody_elses(thread, ada, cara, cast):
    keep(ada, thread, spoken("Mine"))
    keep(cara, thread, spoken("Hers"))

    assert [each["text"] for each in exported_drafts(cast.ada_record)] == [spoken("Mine")]
