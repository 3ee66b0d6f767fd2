"""Drafts kept on several devices at once: one is there, and nobody's text is lost. Both engines."""

import pytest

from messaging import actions, readings
from messaging.models import Draft, Message
from messaging.readings import Words
from messaging.selectors import Seen
from portal.audit.models import Entry
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.harness.canary import spoken
from tests.messaging.test_races import at_once
from tests.patients.evidence import BOTH

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.races,
    pytest.mark.feature("M10"),
]


def there(actor, thread) -> Words | None:
    """What is kept in the thread."""
    draft = readings.draft_in(actor, thread)
    return draft.words if draft else None


def n_begun() -> int:
    """How many drafts the log says were begun."""
    return Entry.objects.filter(event="draft.begun").count()


def test_twenty_devices_that_begin_at_once_make_one_draft_and_the_others_are_told(world):
    thread, ada = world.thread(), world.cast.ada.actor

    def begin(n):
        text = spoken(f"Text {n}")
        return door.run(actions.keep_reply, ada, thread, text, command_id=new_id())

    kept = at_once(begin, range(20))

    assert Draft.objects.count() == n_begun() == 1
    assert [one.other is None for one in kept].count(True) == 1
    assert {one.other for one in kept if one.other} == {there(ada, thread)}


def test_twenty_devices_that_begin_a_new_message_at_once_make_one_draft(world):
    ada, record = world.cast.ada.actor, world.cast.ada_record

    def begin(n):
        words = Words(spoken(f"Text {n}"), spoken("Topic"))
        return door.run(actions.keep_new, ada, record, words, command_id=new_id())

    kept = at_once(begin, range(20))

    assert Draft.objects.count() == n_begun() == 1
    assert [one.other is None for one in kept].count(True) == 1


def test_of_many_that_saw_the_same_version_one_goes_on(world):
    thread, ada = world.thread(), world.cast.ada.actor
    mark = door.run(actions.keep_reply, ada, thread, spoken("Begun"), command_id=new_id()).mark

    def go_on(n):
        seen, text = Seen.parse(mark), spoken(f"Text {n}")
        return door.run(actions.keep_reply, ada, thread, text, seen=seen, command_id=new_id())

    kept = at_once(go_on, range(20))

    assert [one.other is None for one in kept].count(True) == 1
    assert Draft.objects.get().version == 2


def test_what_is_sent_while_its_last_words_are_kept_leaves_no_draft(world):
    thread, ada = world.thread(), world.cast.ada.actor
    text = spoken("It is better")

    def both(n):
        """A send and a late keeping of the same words, under one id."""
        command = commands[n // 2]
        if n % 2:
            return door.run_grouped(
                thread.hex, actions.reply, ada, thread, text, command_id=command
            )
        return door.run(actions.keep_reply, ada, thread, text, command_id=command)

    commands = [new_id() for _ in range(10)]
    at_once(both, range(20))

    assert Message.objects.filter(thread=thread).count() == 11
    # Whatever was kept before its message was sent says no more than the message does.
    assert there(ada, thread) in {None, Words(text)}
