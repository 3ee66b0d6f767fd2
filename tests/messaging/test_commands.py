"""A command is carried out once: repeated it gives its first result, reused it is refused."""

import pytest

from messaging import actions, selectors
from messaging.errors import (
    CommandReused,
)
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.messaging.rows import counted
from tests.patients.evidence import refusal_of

pytestmark = pytest.mark.feature("M5")


def test_a_command_repeated_gives_its_first_result_and_changes_nothing(cast, world, ada, cara):
    opening, replying, closing, reopening = (new_id() for _ in range(4))
    topic, text = world.words("Topic"), world.words("Text")

    def all_of_it():
        opened = door.run(
            actions.open_thread, ada.actor, cast.ada_record, topic, text, command_id=opening
        )
        here = opened.thread_id
        replied = door.run(actions.reply, cara.actor, here, "Yes.", command_id=replying)
        closed = door.run(actions.close_thread, cara.actor, here, command_id=closing)
        reopened = door.run(actions.reopen_thread, ada.actor, here, command_id=reopening)
        return [opened, replied, closed, reopened]

    first = all_of_it()
    before = counted()
    again = all_of_it()

    assert [sent.is_new for sent in first] == [True] * 4
    assert [sent.is_new for sent in again] == [False] * 4
    assert [(s.message_id, s.sequence, s.sent_at) for s in again] == [
        (s.message_id, s.sequence, s.sent_at) for s in first
    ]
    assert counted() == before


def test_a_reply_that_was_sent_is_confirmed_although_the_thread_is_closed_now(world, thread, ada):
    command = new_id()
    first = door.run(actions.reply, ada.actor, thread, "Thank you", command_id=command)
    world.close(thread)

    again = door.run(actions.reply, ada.actor, thread, "Thank you", command_id=command)

    assert again.message_id == first.message_id
    assert not again.is_new


def test_a_command_id_with_other_content_is_refused(cast, world, thread, ada):
    other = world.thread()
    command = new_id()
    door.run(actions.reply, ada.actor, thread, "Yes", command_id=command)
    before = counted()

    asked = [
        (actions.reply, (thread, "No")),
        (actions.reply, (other, "Yes")),
        (actions.close_thread, (thread,)),
        (actions.open_thread, (cast.ada_record, "Yes", "Yes")),
    ]
    for action, given in asked:
        refused = refusal_of(action, ada.actor, *given, command_id=command)
        assert isinstance(refused, CommandReused)
    assert counted() == before


def test_the_same_id_of_two_people_is_two_commands(world, thread, ada, cara):
    command = new_id()

    for someone in (ada, cara):
        sent = door.run(actions.reply, someone.actor, thread, "Yes", command_id=command)
        assert sent.is_new


def test_text_that_differs_only_in_spelling_of_the_same_is_the_same_command(thread, ada):
    command = new_id()
    first = door.run(actions.reply, ada.actor, thread, "cafe\u0301\r\n", command_id=command)

    again = door.run(actions.reply, ada.actor, thread, "caf\u00e9", command_id=command)

    assert again.message_id == first.message_id


def test_items_of_a_thread_are_found_by_their_command(thread, ada):
    command = new_id()
    sent = door.run(actions.reply, ada.actor, thread, "Hello", command_id=command)

    found = selectors.find_item(ada.id, command)

    assert found is not None
    assert found.pk == sent.message_id
    assert selectors.find_item(ada.id, new_id()) is None
