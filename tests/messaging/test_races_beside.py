"""Many at once beside a thread: one owner, one note for one command, no gap. Both engines."""

from typing import Any

import pytest

from messaging import actions
from messaging.errors import Taken
from messaging.models import Aside, Thread
from patients import actions as patients
from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from tests.cast import WORK
from tests.harness.canary import spoken
from tests.messaging.test_races import alone, at_once, grouped, sequences
from tests.patients.evidence import BOTH

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.races,
]


@pytest.mark.feature("M3")
@pytest.mark.parametrize("run", [grouped, alone])
def test_of_many_who_claim_at_once_one_gets_it_and_the_others_are_told_who(world, run):
    cast, thread = world.cast, world.thread()
    door.run(patients.add_to_care_team, WORK, cast.ada_record, cast.dov.id)
    staff = [cast.cara, cast.dov] * 10

    told = at_once(lambda one: run(actions.claim, one.actor, thread, command_id=new_id()), staff)

    won = [one for one in told if not isinstance(one, Refusal)]
    assert len(won) == 1
    assert {type(one) for one in told if isinstance(one, Refusal)} == {Taken}
    assert Aside.objects.filter(thread=thread).count() == 1
    owner = Thread.objects.get(pk=thread).owner_id
    assert owner in {cast.cara.id, cast.dov.id}
    assert Aside.objects.get(thread=thread).author_id == owner


@pytest.mark.feature("M14")
@pytest.mark.parametrize("run", [grouped, alone])
def test_notes_and_messages_at_once_leave_no_gap_in_either_sequence(world, run):
    cast, thread = world.cast, world.thread()

    def one(n: int) -> Any:
        text, command = spoken(f"Text {n}"), new_id()
        if n % 2:
            return run(actions.write_note, cast.cara.actor, thread, text, command_id=command)
        return run(actions.reply, cast.ada.actor, thread, text, command_id=command)

    at_once(one, range(40))

    beside = Aside.objects.filter(thread=thread).order_by("sequence")
    assert list(beside.values_list("sequence", flat=True)) == [*range(1, 21)]
    assert sequences(thread) == [*range(1, 22)]


@pytest.mark.feature("M14")
@pytest.mark.parametrize("run", [grouped, alone])
def test_fifty_times_the_same_note_is_one_note(world, run):
    thread, command, cara = world.thread(), new_id(), world.cast.cara.actor
    text = spoken("Once")

    noted = at_once(
        lambda _: run(actions.write_note, cara, thread, text, command_id=command), range(50)
    )

    assert len({one.aside_id for one in noted}) == 1
    assert [one.is_new for one in noted].count(True) == 1
