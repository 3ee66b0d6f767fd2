"""How a thread stands, in the words of whoever reads it, and who has read it."""

from datetime import timedelta

import pytest

from messaging import actions, readings, selectors
from portal.kernel import clock, door
from portal.kernel.ids import new_id
from tests.cast import a_team
from tests.harness.canary import spoken

pytestmark = pytest.mark.feature("M7")


@pytest.fixture
def nursing(cast):
    """A team of Dr Dov's."""
    return a_team("nursing team", cast.dov)


def act(action, someone, thread, *args, **given):
    """Done by this person, with an id of its own."""
    return door.run(action, someone.actor, thread, *args, command_id=new_id(), **given)


def test_the_patient_is_told_received_seen_handled_answered(world, cast, thread, ada, pia, cara):
    def told(key: str = "ada") -> str:
        return readings.read_thread(cast.people[key].actor, thread).thread.state_words

    assert told() == told("pia") == "Received"
    door.run(actions.mark_read, pia.actor, thread, 1)
    assert told() == "Received"
    door.run(actions.mark_read, cara.actor, thread, 1)
    assert told() == "With your care team"
    act(actions.claim, cara, thread)
    assert told().startswith("Being handled by Dr Cara")
    world.reply(thread, by=cara)
    assert told() == "Answered"
    world.reply(thread, by=ada)
    assert told().startswith("Being handled by Dr Cara")
    world.close(thread)
    assert told() == "Closed"


def test_the_promise_is_said_and_if_it_was_not_kept_that_too(world, ada, nursing):
    thread = world.thread(team=nursing)

    def promise() -> str:
        return readings.read_thread(ada.actor, thread).thread.standing.promise

    assert "With the nursing team since" in promise()
    assert "You will have an answer by tomorrow at" in promise()
    with clock.moved(by=timedelta(hours=25)):
        assert "are late. We are sorry." in promise()


def test_staff_see_who_has_read_and_patients_that_somebody_has(world, cast, thread, ada, cara):
    assert readings.read_thread(ada.actor, thread).reads == []
    door.run(actions.mark_read, cara.actor, thread, 1)
    assert readings.read_thread(ada.actor, thread).reads == ["Seen by your care team."]
    world.reply(thread, by=cara)
    door.run(actions.mark_read, ada.actor, thread, 1)

    first, second = readings.read_thread(cara.actor, thread).reads
    assert first == f"{ada_name(cast)} has not read the newest message yet."
    assert second.endswith("has read nothing here yet.")
    door.run(actions.mark_read, ada.actor, thread, 2)
    assert (
        readings.read_thread(cara.actor, thread)
        .reads[0]
        .startswith(f"{ada_name(cast)} has read all, ")
    )


def ada_name(cast) -> str:
    """What Ada is called."""
    from portal.accounts.selectors import name_of

    return name_of(cast.ada.id)


def test_an_answer_over_the_socket_marks_what_it_answers(world, thread, cara):
    from messaging.forms import parse_reply

    given = parse_reply({"thread": str(thread), "text": spoken("Yes"), "seen": 1})

    door.run(actions.reply, cara.actor, command_id=new_id(), **given)

    assert selectors.read_upto(cara.id, thread) == 1
