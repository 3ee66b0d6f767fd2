"""Once the data keys have successors, all that was written before opens as it did."""

from datetime import timedelta

import pytest

from messaging import actions, readings
from messaging.models import Message
from messaging.readings import Words
from patients import actions as patients
from patients import readings as records
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.models import DataKey
from portal.custody import tasks
from portal.kernel import clock, door
from portal.kernel.ids import new_id
from tests.harness.canary import spoken

pytestmark = [
    pytest.mark.feature("M25"),
    pytest.mark.django_db(databases=["default", "shred"], transaction=True),
]
YEAR = timedelta(days=366)


def renewed() -> None:
    """Every lasting key has a successor, made a year from now."""
    with clock.moved(by=YEAR):
        tasks.renew()
    assert DataKey.objects.filter(version=2).exists()


def say(actor, thread, text, command):
    """A reply."""
    return door.run_grouped(thread.hex, actions.reply, actor, thread, text, command_id=command)


def test_messages_drafts_charts_questions_and_details(cast, world):
    ada, cara, ivy = cast.ada.actor, cast.cara.actor, cast.ivy.actor
    command, text = new_id(), spoken("It itches at night")
    thread = world.thread()
    say(ada, thread, text, command)
    draft = Words(spoken("Not yet said"))
    door.run(actions.keep_new, ada, cast.ada_record, draft, seen=None, command_id=new_id())
    entry = audit.record_alone(cara, "chart.read", patient=cast.ada_record, encounters=0)
    question = door.run(
        patients.ask_question, ada, cast.ada_record, entry, spoken("Why?"), command_id=new_id()
    )
    name = records.chart(cara, cast.ada_record).chart.name
    renewed()

    with clock.moved(by=YEAR + timedelta(days=3)):
        keys.CACHE.empty()
        say(ada, thread, spoken("Better now"), new_id())
        again = say(ada, thread, text, command)
        door.run(
            patients.answer_question, ivy, question.pk, spoken("Night duty"), command_id=new_id()
        )

        assert not again.is_new
        page = readings.read_thread(cara, thread)
        shown = [line.text for line in page.lines]
        assert text in shown
        assert spoken("Better now") in shown
        assert {*Message.objects.values_list("key_version", flat=True)} == {1, 2}
        kept = readings.draft_about(ada, cast.ada_record)
        assert kept
        assert kept.words.text == spoken("Not yet said")
        assert records.chart(cara, cast.ada_record).chart.name == name
        told = records.own_question(ada, question.pk)
        assert (told.asked, told.answer) == (spoken("Why?"), spoken("Night duty"))
        assert told.access is not None
        assert told.access.whom.name
