"""Internal notes: by no way at all do they reach the patient or the family."""

import asyncio
import json
import re
from uuid import UUID

import pytest

from messaging import actions, readings, selectors
from messaging.errors import CannotTend
from messaging.models import Aside, Message, Thread
from messaging.readings import InboxTopic, NotesTopic, ThreadTopic
from messaging.selectors import Queue, Show
from patients import actions as patients
from patients.models import Scope
from patients.policy import reachable_patient
from portal.audit.models import Entry
from portal.kernel import door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.cast import WORK, Someone, a_team, browser, register
from tests.harness.canary import spoken
from tests.harness.live import Refused, live, topic_of
from tests.harness.write_guard import guard
from tests.messaging.forms import THREADS, WRITE, at
from tests.patients.evidence import BOTH, events, refusal_of

pytestmark = pytest.mark.feature("M14")
SECRET = "zebra-in-the-attic"


TRACES = re.compile(
    rf"{SECRET}|internal|aside|whose|notes|\bn\d+\"|take it over|as done|desk\.css|keys\.js",
    re.IGNORECASE,
)


def shown(world, someone: Someone, address: str) -> str:
    """What this person's browser gets, without what is new on each page."""
    page = browser(someone).get(address)
    assert page.status_code == 200
    text = page.content.decode()
    return re.sub(r'value="[\w-]{36,64}"|nonce="[^"]+"|data-after="\d{13}"', "", text)


@pytest.fixture
def outsiders(world, cast, thread) -> dict[str, tuple[Someone, UUID]]:
    """Whoever reads a thread without tending it, with the thread, which has a note.

    Dr Dov is a patient here himself, on his own care team and on the team that has his thread; and
    he acts for Ben, whose thread his team has, too.
    """
    dov, team = cast.dov, a_team("nursing team", cast.dov, cast.sam)
    record = register(dov)
    door.run(patients.add_to_care_team, WORK, record, dov.id)
    door.run(patients.add_to_care_team, WORK, record, cast.cara.id)
    door.run(patients.grant_proxy, WORK, cast.ben_record, dov.id, scope=Scope.FULL)
    own = world.thread(dov, patient=record, team=team)
    bens = world.thread(cast.ben, patient=cast.ben_record, team=team)
    world.note(thread, SECRET)
    world.note(own, SECRET)
    world.note(bens, SECRET, by=cast.sam)
    world.claim(thread)
    return {
        "ada": (cast.ada, thread),
        "pia": (cast.pia, thread),
        "dov": (dov, own),
        "dov for ben": (dov, bens),
        "ben": (cast.ben, bens),
    }


WHO = ("ada", "pia", "dov", "dov for ben", "ben")


@pytest.mark.parametrize("who", WHO)
def test_no_page_of_theirs_has_a_trace_of_a_note(world, outsiders, who):
    someone, thread = outsiders[who]

    page = shown(world, someone, at(thread))

    assert not TRACES.search(page), TRACES.findall(page)
    for address in ("/", THREADS, f"{THREADS}?show=all", WRITE):
        assert SECRET not in shown(world, someone, address)


@pytest.mark.parametrize("who", WHO)
def test_their_pages_are_the_same_to_the_letter_with_a_note_and_without(world, outsiders, who):
    someone, thread = outsiders[who]
    addresses = ("/", f"{THREADS}?show=all", at(thread))
    before = [shown(world, someone, address) for address in addresses]
    by = world.cast.sam if "ben" in who else world.cast.cara

    for _ in range(3):
        world.note(thread, SECRET, by=by)

    assert [shown(world, someone, address) for address in addresses] == before


@pytest.mark.parametrize("who", WHO)
def test_no_reading_of_theirs_returns_one(outsiders, who):
    someone, thread = outsiders[who]
    actor = someone.actor

    page = readings.read_thread(actor, thread)
    assert page.tending is None
    assert list(page.flow) == page.lines
    opening = ThreadTopic().open(actor, thread, 0)
    assert SECRET not in json.dumps(opening.first.items)
    for listed in (readings.inbox(actor, show=Show.ALL), *_desks(someone)):
        assert SECRET not in str([(line.snippet, line.topic) for line in listed.threads])
    with pytest.raises(NotFound):
        NotesTopic().open(actor, thread, 0)
    with pytest.raises(NotFound):
        selectors.asides_after(actor, thread, 0)


@pytest.mark.parametrize("who", WHO)
def test_they_neither_write_one_nor_touch_whose_it_is(outsiders, who):
    someone, thread = outsiders[who]
    for action, given in (
        (actions.write_note, {"text": SECRET}),
        (actions.claim, {}),
        (actions.release, {}),
        (actions.resolve, {}),
        (actions.assign, {"person_id": someone.id}),
        (actions.hand_on, {"team_id": None, "reason": "x"}),
    ):
        refused = refusal_of(action, someone.actor, thread, command_id=new_id(), **given)
        assert isinstance(refused, NotFound)


def test_nobody_can_ask_the_patient_or_the_family_in_a_note(world, outsiders, cast):
    _, thread = outsiders["dov"]
    for asked in (cast.dov, cast.ada, cast.pia, cast.ivy, cast.max, cast.cara):
        refused = refusal_of(
            actions.write_note,
            cast.cara.actor,
            thread,
            SECRET,
            asks=asked.id,
            command_id=new_id(),
        )
        assert isinstance(refused, CannotTend)


def test_no_export_of_a_patient_holds_one(outsiders, cast):
    for record in (cast.ada_record, cast.ben_record):
        assert SECRET not in str(readings.exported(record))


def test_a_note_moves_nothing_that_the_patient_can_count(world, cast, thread):
    counted = ("sequence", "last_message", "changed_at", "last_message_at", "waiting_since")
    before = Thread.objects.values(*counted).get(pk=thread)

    world.note(thread)
    world.claim(thread)

    assert Thread.objects.values(*counted).get(pk=thread) == before
    assert world.reply(thread, by=cast.ada).sequence == 2
    assert Message.objects.filter(thread=thread).count() == 2


def test_a_proxy_who_was_a_colleague_before_gets_none_while_they_act(world, cast, cara, thread):
    world.note(thread, SECRET)
    assert selectors.asides_after(cara.actor, thread, 0).items

    door.run(patients.grant_proxy, WORK, cast.ada_record, cara.id, scope=Scope.READ)

    assert readings.read_thread(cara.actor, thread).tending is None
    with pytest.raises(NotFound):
        selectors.asides_after(cara.actor, thread, 0)


def _desks(someone: Someone):
    for queue in Queue:
        yield readings.desk(someone.actor, queue)


@pytest.mark.django_db(transaction=True, databases=BOTH)
async def test_the_socket_brings_notes_to_colleagues_and_nothing_to_the_family(world):
    cast = world.cast
    thread = await asyncio.to_thread(world.thread)
    notes = f"notes.{thread.hex}"
    async with live(cast.cara) as cara, live(cast.ada) as ada, live(cast.pia) as pia:
        for socket in (ada, pia):
            await socket.follow(topic_of(thread))
            await socket.items(topic_of(thread), upto=1)
            with pytest.raises(Refused) as refused:
                await socket.follow(notes)
                await socket.hear("items", topic=notes)
            assert refused.value.code == "not-found"
        await cara.follow(notes)
        done = await cara.do("messaging.note", thread=thread, text=SECRET, asks=None)
        assert done["sequence"] == 1
        (item,) = await cara.items(notes, upto=1)
        assert (item["kind"], item["text"], item["mine"]) == ("note", SECRET, True)
        await cara.do("messaging.claim", thread=thread)
        (item,) = await cara.items(notes, upto=2)
        assert (item["kind"], item["text"]) == ("claimed", None)

        assert await ada.silent("items")
        assert await pia.silent("items")
        sent = await ada.do("messaging.reply", thread=thread, text=spoken("Still there"))
        assert sent["sequence"] == 2
        assert [i["sequence"] for i in await pia.items(topic_of(thread), upto=2)] == [2]

    async with live(cast.ada) as again:
        await again.follow(topic_of(thread))
        items = await again.items(topic_of(thread), upto=2)
        assert [item["sequence"] for item in items] == [1, 2]
        assert SECRET not in json.dumps(items)


def test_the_queue_topic_is_for_those_who_answer_and_each_their_own(cast, thread):
    for key in ("ada", "ben", "pia", "ivy", "max", "nobody"):
        someone = cast.people[key]
        with pytest.raises(NotFound):
            InboxTopic().open(someone.actor, someone.id, 0)
    with pytest.raises(NotFound):
        InboxTopic().open(cast.cara.actor, cast.dov.id, 0)


def test_dov_reads_his_own_thread_as_the_patient_he_is(outsiders):
    dov, own = outsiders["dov"]

    assert reachable_patient(dov.actor, Thread.objects.get(pk=own).patient_id).exists()
    assert readings.read_thread(dov.actor, own).is_staff is False


def test_a_note_that_was_changed_is_on_record_but_not_in_the_patients_report(world, cast, thread):
    world.note(thread, SECRET)
    with guard.off("somebody writes into the database"):
        Aside.objects.update(body_sealed=b"\x00" * 80)

    readings.read_thread(cast.cara.actor, thread)
    NotesTopic().open(cast.cara.actor, thread, 0)

    assert Entry.objects.filter(event="message.seal-broken").count() == 2
    assert "message.seal-broken" not in events(cast.ada_record)
