"""Sending takes a draft away, in its own transaction, but for what another device wrote since."""

import pytest

from messaging import actions
from messaging.models import Draft
from messaging.readings import Words
from messaging.selectors import Seen
from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from tests.harness.canary import spoken
from tests.messaging.test_drafts import found, keep, keep_new, new_words

pytestmark = pytest.mark.feature("M10")


def test_sending_takes_the_draft_away(world, thread, ada):
    mark = keep(ada, thread, spoken("It is better")).mark

    door.run(
        actions.reply, ada.actor, thread, spoken("It is better now"), command_id=new_id(),
        draft=Seen.parse(mark),
    )  # fmt: skip

    assert not Draft.objects.exists()


def test_a_send_that_is_refused_leaves_the_draft(world, thread, ada):
    mark = keep(ada, thread, spoken("It is better")).mark
    world.close(thread)

    with pytest.raises(Refusal):
        door.run(
            actions.reply, ada.actor, thread, spoken("It is better"), command_id=new_id(),
            draft=Seen.parse(mark),
        )  # fmt: skip

    assert found(ada, thread) == spoken("It is better")


def test_a_send_leaves_what_another_device_wrote_since(thread, ada):
    old = keep(ada, thread, spoken("It is")).mark
    keep(ada, thread, spoken("It is worse at night"), seen=old)

    door.run(
        actions.reply, ada.actor, thread, spoken("It is better"), command_id=new_id(),
        draft=Seen.parse(old),
    )  # fmt: skip

    assert found(ada, thread) == spoken("It is worse at night")


def test_a_send_takes_along_what_was_kept_of_it_unseen(thread, ada):
    old = keep(ada, thread, spoken("It is")).mark
    keep(ada, thread, spoken("It is better"), seen=old)

    door.run(
        actions.reply, ada.actor, thread, spoken("It is better"), command_id=new_id(),
        draft=Seen.parse(old),
    )  # fmt: skip

    assert not Draft.objects.exists()


def test_the_same_send_again_spends_nothing_that_was_begun_since(thread, ada):
    text = spoken("It is better")
    seen, command = Seen.parse(keep(ada, thread, text).mark), new_id()
    door.run(actions.reply, ada.actor, thread, text, draft=seen, command_id=command)
    keep(ada, thread, text)

    door.run(actions.reply, ada.actor, thread, text, draft=seen, command_id=command)

    assert found(ada, thread) == text


def test_what_was_sent_is_not_kept_by_words_that_come_late(thread, ada):
    command = new_id()
    door.run(actions.reply, ada.actor, thread, spoken("It is better"), command_id=command)

    assert keep(ada, thread, spoken("It is"), command_id=command).mark == ""
    assert not Draft.objects.exists()


def test_opening_a_thread_takes_its_draft_away(ada, cast):
    words = Words(spoken("It hurts"), spoken("My knee"), "")
    mark = keep_new(ada, cast.ada_record, words).mark
    assert new_words(ada, cast.ada_record) == words

    door.run(
        actions.open_thread, ada.actor, cast.ada_record, words.topic, words.text,
        command_id=new_id(), draft=Seen.parse(mark),
    )  # fmt: skip

    assert not Draft.objects.exists()


def test_a_new_thread_takes_along_what_was_kept_while_it_was_sent(cast, ada):
    """The page was left at that moment, and had no mark of it yet."""
    words = Words(spoken("It is worse at night"), spoken("My nights"))
    keep_new(ada, cast.ada_record, words)

    about = (cast.ada_record, words.topic, words.text)
    door.run(actions.open_thread, ada.actor, *about, command_id=new_id())

    assert not Draft.objects.exists()
