"""What readers are shown, the entry that each look leaves, and what it costs."""

import pytest

from messaging import actions, readings
from messaging.readings import ThreadTopic
from messaging.readings.threads import PAGE
from messaging.selectors import Show
from patients import actions as patients
from portal.kernel import door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.cast import WORK
from tests.harness.canary import STEM
from tests.harness.growth import assert_flat
from tests.patients.evidence import events, n_entries, newest

pytestmark = pytest.mark.feature("M1", "A1")


def test_a_page_shows_who_wrote_what_as_what_and_for_whom(world, cast, thread, ada, pia, cara):
    world.reply(thread, "For my daughter", by=pia)
    world.close(thread)

    page = readings.read_thread(ada.actor, thread)

    told = [(x.sequence, x.kind, x.author.role, x.behalf, x.mine) for x in page.lines]
    assert told == [
        (1, "message", "patient", None, True),
        (2, "message", "proxy", f"ada {STEM}", False),
        (3, "closed", "clinician", None, False),
    ]
    assert page.lines[1].author.name == f"Pia {STEM.capitalize()}"
    assert page.lines[2].text is None
    assert page.lines[1].command is None
    assert page.lines[0].command is not None
    assert [(each.role, each.is_me) for each in page.people] == [
        ("patient", True),
        ("proxy", False),
        ("clinician", False),
    ]
    assert page.people[2].name.startswith("Dr Cara")


@pytest.mark.parametrize(
    ("key", "words", "writes_for", "is_staff"),
    [
        ("ada", "Received", "", False),
        ("pia", "Received", f"ada {STEM}", False),
        ("cara", "Waits for an answer", "", True),
    ],
)
@pytest.mark.feature("M7", "M20")
def test_the_state_is_said_in_the_readers_words(cast, thread, key, words, writes_for, is_staff):
    page = readings.read_thread(cast.people[key].actor, thread)

    assert (page.thread.state, page.thread.state_words) == ("waiting", words)
    assert (page.writes_for, page.is_staff) == (writes_for, is_staff)
    assert (page.may_reply, page.may_close, page.may_reopen) == (True, True, False)


def test_whoever_may_not_write_is_told_before_typing(cast, world, thread, ada):
    world.close(thread)

    page = readings.read_thread(ada.actor, thread)

    assert (page.may_reply, page.may_close, page.may_reopen) == (False, False, True)
    assert "Open it again" in page.why_no_reply
    assert page.thread.state_words == "Closed"


def test_reading_leaves_one_entry_that_says_how_far(world, cast, thread, cara):
    world.reply(thread)
    before = n_entries()

    readings.read_thread(cara.actor, thread)

    event, details = newest(cast.ada_record)
    assert event == "thread.read"
    assert (details["first"], details["last"]) == (1, 2)
    assert details["subject"] == str(thread)
    assert n_entries() == before + 1


def test_a_proxys_reading_names_both(cast, thread, pia):
    readings.read_thread(pia.actor, thread)

    event, details = newest(cast.ada_record)
    assert (event, details["actor"], details["behalf"]) == ("thread.read", str(pia.id), 1)


def test_reading_marks_nothing_as_read(world, thread, cara):
    for _ in range(2):
        page = readings.read_thread(cara.actor, thread)
        assert page.read_sequence == 0


def test_without_its_entry_nothing_is_shown(thread, ada, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr("portal.audit.actions.record_alone", broken)

    with pytest.raises(RuntimeError):
        readings.read_thread(ada.actor, thread)
    with pytest.raises(RuntimeError):
        readings.inbox(ada.actor, show=Show.ALL)
    with pytest.raises(RuntimeError):
        ThreadTopic().open(ada.actor, thread, 0)


@pytest.mark.parametrize("key", ["ben", "dov", "sam", "ivy", "max", "nobody"])
def test_whoever_is_not_around_the_patient_reads_nothing(cast, world, thread, key):
    actor, before = cast.people[key].actor, n_entries()

    for look in (
        lambda: readings.read_thread(actor, thread),
        lambda: ThreadTopic().open(actor, thread, 0),
        lambda: readings.write_page(actor, cast.ada_record),
    ):
        with pytest.raises(NotFound):
            look()
    assert readings.inbox(actor, show=Show.ALL).threads == []
    assert n_entries() == before


def test_a_long_thread_is_read_from_its_end_in_pages(world, thread, ada):
    for n in range(2, PAGE + 12):
        world.reply(thread, f"Line {n}", by=ada)

    page = readings.read_thread(ada.actor, thread)
    earlier = readings.read_thread(ada.actor, thread, before=page.earlier_sequence)

    assert [line.sequence for line in page.lines] == [*range(12, PAGE + 12)]
    assert page.earlier_sequence == 12
    assert [line.sequence for line in earlier.lines] == [*range(1, 12)]
    assert earlier.earlier_sequence is None


def test_reading_costs_the_same_however_long_the_thread_is(world, thread, ada, cara):
    def grow() -> None:
        for _ in range(30):
            world.reply(thread, by=cara)
            world.reply(thread, by=ada)

    assert_flat(lambda: readings.read_thread(ada.actor, thread), grow=grow)
    view = ThreadTopic().open(ada.actor, thread, 0).view
    assert_flat(lambda: ThreadTopic().more(ada.actor, thread, 0, view), grow=grow)


def test_the_page_for_a_new_thread_names_who_reads_it(cast, pia, ada, cara):
    page = readings.write_page(pia.actor)

    assert [patient for patient, _ in page.patients] == [cast.ada_record]
    assert page.on_behalf == f"ada {STEM}"
    assert [(member.name[:7], member.role) for member in page.care_team] == [
        ("Dr Cara", "clinician")
    ]
    assert readings.write_page(ada.actor).on_behalf == ""
    assert events(cast.ada_record)[0] == "patient.names-read"


def test_whoever_writes_for_several_is_asked_for_whom(cast, pia):
    from patients.models import Scope

    door.run(patients.grant_proxy, WORK, cast.ben_record, pia.id, scope=Scope.FULL)

    page = readings.write_page(pia.actor)

    assert {patient for patient, _ in page.patients} == {cast.ada_record, cast.ben_record}
    assert (page.patient_name, page.care_team, page.on_behalf) == ("", [], "")


def test_everything_of_a_patient_can_be_exported(world, cast, thread):
    world.reply(thread, f"Answer {STEM}")
    world.close(thread)
    world.thread(cast.ben, patient=cast.ben_record)

    (exported,) = readings.exported(cast.ada_record)

    assert [item["kind"] for item in exported["items"]] == ["message", "message", "closed"]
    assert exported["items"][1]["text"] == f"Answer {STEM}"
    assert exported["state"] == "closed"


def test_commands_leave_ids_that_only_their_author_sees(world, thread, ada, cara):
    command = new_id()
    door.run(actions.reply, cara.actor, thread, "Yes", command_id=command)

    def shown_to(someone):
        return [line.command for line in readings.read_thread(someone.actor, thread).lines]

    assert shown_to(cara) == [None, str(command)]
    assert shown_to(ada)[1] is None
