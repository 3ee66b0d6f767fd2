"""Opening, replying, closing, reopening, marking: what changes, what is refused, what is kept."""

import pytest

from messaging import actions
from messaging.errors import (
    AlreadyClosed,
    AlreadyOpen,
    RecordErased,
    TextMissing,
    TextTooLong,
    ThreadClosed,
    TopicMissing,
    TopicTooLong,
)
from messaging.models import Message, ReadMark, State, Thread
from messaging.selectors import read_upto
from messaging.texts import MOST_TEXT, MOST_TOPIC
from patients import actions as patients
from patients.models import Scope
from portal.kernel import door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.cast import WORK
from tests.harness.canary import spoken
from tests.messaging.rows import counted, shred
from tests.patients.evidence import events, newest, refusal_of

pytestmark = pytest.mark.feature("M1")


def test_a_thread_begins_with_its_first_message_and_waits_for_the_clinic(cast, ada):
    sent = door.run(
        actions.open_thread, ada.actor, cast.ada_record, spoken("Rash"), spoken("It itches."),
        command_id=new_id(),
    )  # fmt: skip

    thread = Thread.objects.get(pk=sent.thread_id)
    item = thread.items.get()
    assert (thread.sequence, thread.note_sequence, thread.last_message) == (1, 0, 1)
    assert thread.state == State.OPEN
    assert thread.waiting_since == thread.changed_at == item.sent_at == sent.sent_at
    assert (item.sequence, item.author_id, item.author_role) == (1, ada.id, "patient")
    assert not item.on_behalf
    assert events(cast.ada_record)[:2] == ["message.sent", "thread.opened"]


def test_an_answer_ends_the_waiting_and_the_next_question_begins_it_anew(world, thread, ada, cara):
    answer = world.reply(thread, by=cara)
    assert Thread.objects.get(pk=thread).waiting_since is None

    first = world.reply(thread, by=ada)
    world.reply(thread, by=ada)

    found = Thread.objects.get(pk=thread)
    assert answer.sequence == 2
    assert found.waiting_since == first.sent_at
    assert (found.sequence, found.last_message) == (4, 4)


def test_what_a_proxy_writes_is_their_own_and_for_the_patient(cast, world, thread, pia):
    sent = world.reply(thread, by=pia)

    item = Message.objects.get(pk=sent.message_id)
    assert (item.author_id, item.author_role, item.on_behalf) == (pia.id, "proxy", True)
    event, details = newest(cast.ada_record)
    assert event == "message.sent"
    assert details["actor"] == str(pia.id)
    assert details["behalf"] == 1
    assert details["sequence"] == 2


def test_a_closed_thread_takes_no_reply_and_says_what_to_do(world, thread, ada):
    world.close(thread)
    before = counted()

    refused = refusal_of(actions.reply, ada.actor, thread, "But", command_id=new_id())

    assert isinstance(refused, ThreadClosed)
    assert "Reopen" in str(refused.sentence)
    assert counted() == before


def test_closing_and_reopening_are_items_and_reopening_waits_for_the_clinic(world, thread, cast):
    world.reply(thread)
    closed = world.close(thread)
    assert Thread.objects.get(pk=thread).state == State.CLOSED

    reopened = world.reopen(thread)

    found = Thread.objects.get(pk=thread)
    assert found.state == State.OPEN
    assert found.waiting_since == reopened.sent_at
    assert (found.sequence, found.last_message) == (4, 2)
    kinds = found.items.order_by("sequence").values_list("kind", "body_sealed")
    assert [kind for kind, _ in kinds] == ["message", "message", "closed", "reopened"]
    assert [body for _, body in kinds][2:] == [None, None]
    assert closed.sequence == 3
    assert events(cast.ada_record)[:2] == ["thread.reopened", "thread.closed"]


def test_nobody_closes_twice_or_reopens_what_is_open(world, thread, cara):
    assert isinstance(
        refusal_of(actions.reopen_thread, cara.actor, thread, command_id=new_id()), AlreadyOpen
    )
    world.close(thread)
    assert isinstance(
        refusal_of(actions.close_thread, cara.actor, thread, command_id=new_id()), AlreadyClosed
    )


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", TextMissing),
        (" \n\u200b ", TextMissing),
        ("x" * (MOST_TEXT + 1), TextTooLong),
        ("x" * 1_000_000, TextTooLong),
    ],
)
def test_a_text_must_be_there_and_fit(thread, ada, text, refusal):
    before = counted()

    assert isinstance(
        refusal_of(actions.reply, ada.actor, thread, text, command_id=new_id()), refusal
    )
    assert counted() == before


def test_the_longest_text_fits_counted_as_people_count(world, thread, ada):
    sent = world.reply(thread, "e\u0301" * MOST_TEXT, by=ada)

    assert sent.sequence == 2


@pytest.mark.parametrize(
    ("topic", "refusal"),
    [("", TopicMissing), ("\t", TopicMissing), ("x" * (MOST_TOPIC + 1), TopicTooLong)],
)
def test_a_topic_must_be_there_and_fit(cast, ada, topic, refusal):
    refused = refusal_of(
        actions.open_thread, ada.actor, cast.ada_record, topic, "Hello", command_id=new_id()
    )

    assert isinstance(refused, refusal)
    assert not Thread.objects.exists()


@pytest.mark.parametrize("key", ["ben", "dov", "sam", "ivy", "max", "nobody"])
def test_whoever_is_not_around_the_patient_finds_nothing_to_write_in(cast, world, thread, key):
    actor, before = cast.people[key].actor, counted()
    asked = [
        (actions.open_thread, (cast.ada_record, "Topic", "Text")),
        (actions.reply, (thread, "Text")),
        (actions.close_thread, (thread,)),
        (actions.reopen_thread, (thread,)),
    ]

    for action, given in asked:
        refused = refusal_of(action, actor, *given, command_id=new_id())
        assert isinstance(refused, NotFound)
    assert isinstance(refusal_of(actions.mark_read, actor, thread, 1), NotFound)
    assert counted() == before


def test_a_proxy_who_may_only_read_writes_nothing(cast, world, ben, pia):
    door.run(patients.grant_proxy, WORK, cast.ben_record, pia.id, scope=Scope.READ)
    thread = world.thread(ben, patient=cast.ben_record)

    for action, given in ((actions.reply, (thread, "Text")), (actions.close_thread, (thread,))):
        refused = refusal_of(action, pia.actor, *given, command_id=new_id())
        assert isinstance(refused, NotFound)
    door.run(actions.mark_read, pia.actor, thread, 1)
    assert read_upto(pia.id, thread) == 1


@pytest.mark.feature("M7")
def test_a_mark_only_moves_on_and_never_past_the_end(world, thread, ada):
    world.reply(thread)

    for upto, stands in ((1, 1), (99, 2), (1, 2), (0, 2)):
        door.run(actions.mark_read, ada.actor, thread, upto)
        assert read_upto(ada.id, thread) == stands
    assert ReadMark.objects.count() == 1


@pytest.mark.feature("M7")
def test_marks_are_each_readers_own(world, thread, ada, cara):
    door.run(actions.mark_read, cara.actor, thread, 1)

    assert read_upto(cara.id, thread) == 1
    assert read_upto(ada.id, thread) == 0


@pytest.mark.feature("M6", "M7")
def test_a_reply_says_how_far_its_page_went(world, thread, cara):
    door.run(actions.reply, cara.actor, thread, "Yes", command_id=new_id(), seen=1)

    assert read_upto(cara.id, thread) == 1


@pytest.mark.feature("M25")
def test_a_record_that_was_erased_takes_nothing_more(cast, world, thread, ada, cara):
    door.run(shred, WORK, cast.ada_record)

    for someone in (ada, cara):
        refused = refusal_of(actions.reply, someone.actor, thread, "Hello", command_id=new_id())
        assert isinstance(refused, RecordErased)
    refused = refusal_of(
        actions.open_thread, ada.actor, cast.ada_record, "Topic", "Text", command_id=new_id()
    )
    assert isinstance(refused, RecordErased)


def test_a_thread_that_is_not_there_is_not_found(ada):
    assert isinstance(
        refusal_of(actions.reply, ada.actor, new_id(), "Hello", command_id=new_id()), NotFound
    )
