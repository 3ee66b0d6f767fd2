"""A draft is its author's alone, sealed for its place, kept until it is sent or thrown away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging import actions, readings, tasks
from messaging.actions.drafts import UNUSED
from messaging.errors import TextTooLong, TopicTooLong
from messaging.models import Draft, Message
from messaging.readings import Words
from messaging.selectors import Queue, Seen, Show
from messaging.texts import MOST_TEXT
from patients import actions as patients
from patients.models import Proxy
from portal.audit.models import Entry
from portal.kernel import door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.harness.canary import spoken
from tests.harness.write_guard import guard
from tests.patients.evidence import events

pytestmark = pytest.mark.feature("M10")


def keep(someone, thread, text, *, seen=None, command_id=None):
    """What became of a draft in this thread."""
    mark = Seen.parse(seen) if seen else None
    return door.run(
        actions.keep_reply,
        someone.actor,
        thread,
        text,
        seen=mark,
        command_id=command_id or new_id(),
    )


def keep_new(someone, patient, words, *, seen=None, command_id=None):
    """The same of a new thread about this patient."""
    mark = Seen.parse(seen) if seen else None
    return door.run(
        actions.keep_new, someone.actor, patient, words, seen=mark,
        command_id=command_id or new_id(),
    )  # fmt: skip


def found(someone, thread):
    """What this person finds in the thread; empty if nothing."""
    draft = readings.draft_in(someone.actor, thread)
    return draft.words.text if draft else ""


def new_words(someone, patient) -> Words | None:
    """What this person finds of a new thread about this patient."""
    draft = readings.draft_about(someone.actor, patient)
    return draft.words if draft else None


def about_drafts() -> list[str]:
    """The entries about drafts, the newest first."""
    entries = Entry.objects.filter(event__startswith="draft.").order_by("-at", "-id")
    return list(entries.values_list("event", flat=True))


def test_what_is_kept_is_found_again_and_counts_its_versions(world, thread, ada):
    first, second = spoken("I also"), spoken("I also have a fever")

    mark = keep(ada, thread, first).mark
    again = keep(ada, thread, second, seen=mark).mark

    assert found(ada, thread) == second
    assert Seen.parse(again) == Seen(Seen.parse(mark).draft_id, 2)
    assert Draft.objects.count() == 1
    assert Message.objects.count() == 1


def test_keeping_the_same_again_changes_nothing(thread, ada):
    mark = keep(ada, thread, spoken("I also")).mark

    assert keep(ada, thread, spoken("I also"), seen=mark).mark == mark
    assert keep(ada, thread, spoken("I also")).mark == mark


def test_nobody_else_ever_gets_it(world, thread, cast, ada):
    text = spoken("Not for the others")
    keep(ada, thread, text)
    keep_new(ada, cast.ada_record, Words(text, text))

    for someone in cast.people.values():
        if someone.id == ada.id:
            continue
        assert found(someone, thread) == ""
        assert new_words(someone, cast.ada_record) is None
    for theirs in (cast.pia, cast.cara):
        lines = readings.read_thread(theirs.actor, thread).lines
        assert text not in [line.text for line in lines]
        page = readings.inbox(theirs.actor, show=Show.ALL)
        assert not any(line.has_draft for line in page.threads)
        assert page.begun == []


def test_each_author_has_their_own_in_one_place(thread, ada, cara, cast):
    keep(ada, thread, spoken("Mine"))
    keep(cara, thread, spoken("Hers"))
    keep(cast.pia, thread, spoken("My mother's"))

    assert [found(each, thread) for each in (ada, cara, cast.pia)] == [
        spoken("Mine"), spoken("Hers"), spoken("My mother's"),
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["ben", "dov", "sam", "ivy", "max"])
def test_who_may_not_write_there_keeps_nothing_there(thread, cast, key):
    with pytest.raises(NotFound):
        keep(cast.people[key], thread, spoken("Let me in"))
    with pytest.raises(NotFound):
        keep_new(cast.people[key], cast.ada_record, Words(spoken("Let me in")))

    assert not Draft.objects.exists()


def test_who_lost_the_right_to_write_finds_no_draft(world, thread, cast):
    keep(cast.pia, thread, spoken("For my mother"))
    keep_new(cast.pia, cast.ada_record, Words(spoken("For my mother")))
    assert found(cast.pia, thread)
    grant = Proxy.objects.get(person=cast.pia.id, patient=cast.ada_record)
    door.run(patients.end_proxy, cast.ada.actor, grant.pk)

    assert found(cast.pia, thread) == ""
    assert new_words(cast.pia, cast.ada_record) is None
    assert readings.inbox(cast.pia.actor, show=Show.ALL).begun == []


def test_another_device_is_never_written_over(thread, ada):
    phone = keep(ada, thread, spoken("From the phone")).mark

    computer = keep(ada, thread, spoken("From the computer"))

    assert computer.other == Words(spoken("From the phone"))
    assert computer.mark == phone
    assert found(ada, thread) == spoken("From the phone")
    keep(ada, thread, spoken("From the computer"), seen=computer.mark)
    assert found(ada, thread) == spoken("From the computer")
    late = keep(ada, thread, spoken("From the phone, more"), seen=phone)
    assert late.other == Words(spoken("From the computer"))


def test_emptying_the_box_does_not_empty_what_another_device_wrote(thread, ada):
    old = keep(ada, thread, spoken("First")).mark
    keep(ada, thread, spoken("First and second"), seen=old)

    assert keep(ada, thread, " \n ", seen=old).other == Words(spoken("First and second"))
    assert found(ada, thread)


def test_a_draft_begun_anew_is_not_mistaken_for_the_one_before(thread, ada):
    old = keep(ada, thread, spoken("First")).mark
    keep(ada, thread, "", seen=old)
    keep(ada, thread, spoken("Second"))

    assert keep(ada, thread, spoken("Third"), seen=old).other == Words(spoken("Second"))


def test_an_empty_text_takes_the_draft_away(thread, ada):
    mark = keep(ada, thread, spoken("Never mind")).mark

    assert keep(ada, thread, "\u200b ", seen=mark).mark == ""
    assert not Draft.objects.exists()
    assert keep(ada, thread, "").mark == ""


def test_a_new_draft_with_a_topic_alone_is_kept_and_a_chosen_team_is_none(ada, cast):
    assert keep_new(ada, cast.ada_record, Words("", "", str(cast.desk))).mark == ""
    assert keep_new(ada, cast.ada_record, Words("", spoken("My knee"), str(cast.desk))).mark

    assert new_words(ada, cast.ada_record) == Words("", spoken("My knee"), str(cast.desk))


def test_a_closed_thread_keeps_what_was_begun_in_it(world, thread, ada):
    mark = keep(ada, thread, spoken("One more")).mark
    world.close(thread)

    assert keep(ada, thread, spoken("One more thing"), seen=mark).mark
    assert found(ada, thread) == spoken("One more thing")


def test_too_much_is_refused_and_what_was_kept_stays(thread, ada, cast):
    mark = keep(ada, thread, spoken("Enough")).mark

    with pytest.raises(TextTooLong):
        keep(ada, thread, "x" * (MOST_TEXT + 1), seen=mark)
    with pytest.raises(TopicTooLong):
        keep_new(ada, cast.ada_record, Words("x", "x" * 121))

    assert found(ada, thread) == spoken("Enough")


def test_beginning_going_on_and_throwing_away_leave_entries_and_typing_none(thread, ada, cast):
    before = len(events(cast.ada_record))
    mark = keep(ada, thread, spoken("a")).mark
    for text in ("ab", "abc", "abcd"):
        mark = keep(ada, thread, spoken(text), seen=mark).mark
    assert about_drafts() == ["draft.begun"]
    found(ada, thread)
    keep(ada, thread, "", seen=mark)

    assert about_drafts() == ["draft.thrown-away", "draft.read", "draft.begun"]
    # No report of who looked at a record counts what somebody began and did not send.
    assert len(events(cast.ada_record)) == before


def test_what_nobody_went_on_with_for_thirty_days_is_gone(thread, ada, cara):
    keep(ada, thread, spoken("Old"))
    with guard.off("time goes by"):
        Draft.objects.update(changed_at=timezone.now() - UNUSED - timedelta(minutes=1))
    keep(cara, thread, spoken("New"))

    tasks.sweep_drafts()

    assert found(ada, thread) == ""
    assert found(cara, thread) == spoken("New")
    assert about_drafts()[0] in {"draft.thrown-away", "draft.read"}
    assert about_drafts().count("draft.thrown-away") == 1


def test_lists_mark_the_threads_in_which_their_reader_began_to_write(
    world, thread, ada, cara, cast
):
    other = world.thread()
    keep(ada, thread, spoken("Mine"))
    keep(cara, thread, spoken("Hers"))
    keep_new(ada, cast.ada_record, Words(spoken("New")))

    page = readings.inbox(ada.actor, show=Show.OPEN)
    assert {line.id: line.has_draft for line in page.threads} == {thread: True, other: False}
    assert [each.patient_id for each in page.begun] == [cast.ada_record]
    desk = readings.desk(cara.actor, Queue.OPEN)
    assert {line.id: line.has_draft for line in desk.threads} == {thread: True, other: False}
    assert desk.begun == []
