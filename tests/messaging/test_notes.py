"""Internal notes: in order beside the messages, asked and answered, sealed for their place."""

import asyncio
from uuid import UUID

import pytest

from messaging import actions, readings
from messaging.errors import CommandReused, RecordErased, TextMissing
from messaging.models import Aside, Message
from messaging.readings import NotesTopic
from messaging.selectors import Queue
from patients import actions as patients
from portal.audit.models import Entry
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.cast import WORK, browser
from tests.harness.canary import spoken
from tests.harness.live import live
from tests.harness.write_guard import guard
from tests.messaging.forms import at, leads_to, submit
from tests.messaging.rows import beside, shred
from tests.patients.evidence import BOTH, events, newest, refusal_of

pytestmark = pytest.mark.feature("M14")
SECRET = "zebra-in-the-attic"


def test_colleagues_read_it_in_order_beside_the_messages(world, cast, thread, cara):
    world.note(thread, spoken("First"))
    world.reply(thread, spoken("Answer"))
    world.note(thread, spoken("Second"))

    page = readings.read_thread(cara.actor, thread)

    told = [(getattr(line, "number", 0), line.sequence, line.text) for line in page.flow][1:]
    assert told == [
        (1, 0, spoken("First")),
        (0, 2, spoken("Answer")),
        (2, 0, spoken("Second")),
    ]
    assert newest(cast.ada_record)[0] == "thread.read"


def test_an_earlier_page_has_the_notes_of_its_time(world, cast, thread, cara):
    world.note(thread, spoken("Early"))
    for _ in range(60):
        world.reply(thread, by=cast.ada)
    world.note(thread, spoken("Late"))

    def texts(before: int | None) -> list[str]:
        return [line.text for line in beside(cara, thread, before=before)]

    assert texts(None) == [spoken("Late")]
    assert texts(12) == [spoken("Early")]


def test_a_note_by_its_form_lands_beside_the_thread(world, thread, cara):
    desk = browser(cara)

    answer = submit(desk, at(thread), at(thread, "note"), body=spoken("Sleep?"))

    assert leads_to(answer) == f"{at(thread)}#n1"
    page = desk.get(at(thread)).content.decode()
    assert spoken("Sleep?") in page
    assert "Internal" in page


def test_an_empty_note_is_refused_beside_its_box(thread, cara):
    answer = submit(browser(cara), at(thread), at(thread, "note"), body="  ")

    assert answer.status_code == 422
    assert str(TextMissing.sentence) in answer.content.decode()
    assert not Aside.objects.exists()


def test_whom_a_note_asks_finds_it_until_they_answer(world, cast, thread, dov, cara):
    door.run(patients.add_to_care_team, WORK, cast.ada_record, dov.id)
    world.note(thread, asks=dov)

    def asked() -> list[UUID]:
        page = readings.desk(dov.actor, Queue.ASKED)
        assert page.tabs[3].n == len(page.threads)
        return [line.id for line in page.threads if line.asks_me]

    assert asked() == [thread]
    assert readings.desk(cara.actor, Queue.ASKED).threads == []
    world.note(thread, by=dov)
    assert asked() == []
    world.note(thread, asks=dov)
    assert asked() == [thread]
    world.reply(thread, by=dov)
    assert asked() == []


def test_a_note_that_is_repeated_stands_once(world, thread, cara):
    command, text = new_id(), spoken("Once")

    first, second = (
        door.run(actions.write_note, cara.actor, thread, text, command_id=command) for _ in range(2)
    )

    assert (first.aside_id, first.is_new, second.is_new) == (second.aside_id, True, False)
    assert Aside.objects.count() == 1
    for other in ({"text": spoken("Twice")}, {"text": text, "asks": cara.id}):
        refused = refusal_of(actions.write_note, cara.actor, thread, command_id=command, **other)
        assert isinstance(refused, CommandReused)


def test_a_command_of_one_thread_is_refused_in_another(world, thread, cara):
    other, command = world.thread(), new_id()
    door.run(actions.claim, cara.actor, thread, command_id=command)

    refused = refusal_of(actions.claim, cara.actor, other, command_id=command)

    assert isinstance(refused, CommandReused)


def test_a_note_that_was_moved_or_changed_is_not_shown(world, thread, cara):
    for text in ("One", "Two"):
        world.note(thread, spoken(text))
    with guard.off("an intruder"):
        one, two = Aside.objects.order_by("sequence")
        Aside.objects.filter(pk=one.pk).update(body_sealed=two.body_sealed)

    first, second = beside(cara, thread)

    assert "it was changed" in first.text
    assert second.text == spoken("Two")


def test_a_note_does_not_open_as_a_message_nor_a_message_as_a_note(world, thread, ada, cara):
    world.note(thread, SECRET)
    with guard.off("an intruder"):
        aside, message = Aside.objects.get(), Message.objects.get()
        Message.objects.filter(pk=message.pk).update(body_sealed=aside.body_sealed)
        Aside.objects.filter(pk=aside.pk).update(body_sealed=message.body_sealed)

    assert SECRET not in str([line.text for line in readings.read_thread(ada.actor, thread).lines])
    (line,) = beside(cara, thread)
    assert "it was changed" in line.text


def test_a_note_in_an_erased_record_is_refused_and_old_ones_are_gone(world, cast, thread, cara):
    world.note(thread, SECRET)
    shred(None, cast.ada_record)

    refused = refusal_of(actions.write_note, cara.actor, thread, SECRET, command_id=new_id())
    assert isinstance(refused, RecordErased)
    (line,) = beside(cara, thread)
    assert line.text == "Erased for good."


def test_a_note_leaves_an_entry_of_which_the_patients_report_knows_nothing(
    world, cast, thread, cara
):
    before = events(cast.ada_record)
    world.note(thread)

    assert events(cast.ada_record) == before
    entry = Entry.objects.get(event="note.written")
    assert (entry.patient, entry.mentions.count()) == (None, 0)


def test_working_on_a_thread_leaves_the_same_entries_with_notes_and_without(
    world, cast, thread, cara
):
    def told() -> list[tuple[str, list[str]]]:
        opening = NotesTopic().open(cara.actor, thread, 0)
        opened = newest(cast.ada_record)
        NotesTopic().close(cara.actor, thread, opening.first.last, opening.view)
        return [(event, sorted(what)) for event, what in (opened, newest(cast.ada_record))]

    before = told()
    assert [event for event, _ in before] == ["note.followed", "note.left"]
    world.note(thread)

    assert told() == before


@pytest.mark.django_db(transaction=True, databases=BOTH)
async def test_notes_resume_after_an_absence_and_end_with_the_right(world):
    from tests.messaging.test_live import leave_team

    cast = world.cast
    thread = await asyncio.to_thread(world.thread)
    notes = f"notes.{thread.hex}"
    for _ in range(60):
        await asyncio.to_thread(world.note, thread)
    async with live(cast.cara) as cara:
        await cara.follow(notes, after=2)
        missed = await cara.items(notes, upto=60)
        assert [item["sequence"] for item in missed] == [*range(3, 61)]
        await asyncio.to_thread(leave_team, cast)
        await asyncio.to_thread(nudged, thread)

        left = await cara.hear("left")
        assert left["topic"] == notes


def nudged(thread: UUID) -> None:
    """Somebody looks again."""
    from portal.realtime import groups
    from portal.realtime.nudge import nudge

    nudge(groups.notes(thread), "thread.noted", thread)
