"""Whose a thread is: claimed, let go, assigned, handed on, done."""

import pytest

from messaging import actions, readings, selectors
from messaging.errors import (
    CannotTend,
    CommandReused,
    NobodyAnswers,
    NothingOwed,
    NotYours,
    ReasonMissing,
    ReasonTooLong,
    SameTeam,
    Taken,
    TeamAway,
    ThreadClosed,
)
from messaging.models import Aside, Thread
from messaging.selectors import Queue
from patients import actions as patients
from portal.kernel import door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.cast import WORK, a_team, browser
from tests.harness.canary import spoken
from tests.messaging.forms import THREADS, at, leads_to, submit
from tests.messaging.rows import beside
from tests.patients.evidence import newest, refusal_of

pytestmark = pytest.mark.feature("M1", "M3")


@pytest.fixture
def both(cast) -> None:
    """Dr Dov is on Ada's care team, too."""
    door.run(patients.add_to_care_team, WORK, cast.ada_record, cast.dov.id)


@pytest.fixture
def nursing(cast):
    """A team of Dr Dov's."""
    return a_team("nursing team", cast.dov)


def act(action, someone, thread, *args, **given):
    """Done by this person, with an id of its own."""
    return door.run(action, someone.actor, thread, *args, command_id=new_id(), **given)


def refused(action, someone, thread, *args, **given):
    """How it is refused."""
    return refusal_of(action, someone.actor, thread, *args, command_id=new_id(), **given)


def history(thread) -> list[str]:
    """The kinds of what stands beside the thread, in order."""
    rows = Aside.objects.filter(thread=thread).order_by("sequence")
    return list(rows.values_list("kind", flat=True))


def owner(thread):
    """Who has it."""
    return Thread.objects.get(pk=thread).owner_id


def test_of_two_who_claim_the_second_is_told_who_has_it(both, cast, thread, cara, dov):
    act(actions.claim, cara, thread)

    told = refused(actions.claim, dov, thread)

    assert isinstance(told, Taken)
    assert "Dr Cara" in str(told.sentence)
    assert owner(thread) == cara.id
    assert newest(cast.ada_record)[0] == "thread.claimed"
    assert "already" in str(refused(actions.claim, cara, thread).sentence)


def test_claiming_twice_by_one_command_is_claiming_once(thread, cara):
    command = new_id()
    first, second = (
        door.run(actions.claim, cara.actor, thread, command_id=command) for _ in range(2)
    )

    assert (first.aside_id, second.is_new) == (second.aside_id, False)
    assert history(thread) == ["claimed"]
    other = refusal_of(actions.release, cara.actor, thread, command_id=command)
    assert isinstance(other, CommandReused)


def test_only_whoever_has_it_lets_it_go(both, thread, cara, dov):
    assert isinstance(refused(actions.release, cara, thread), NotYours)
    act(actions.claim, cara, thread)
    assert isinstance(refused(actions.release, dov, thread), NotYours)

    act(actions.release, cara, thread)

    assert owner(thread) is None
    assert history(thread) == ["claimed", "released"]


def test_a_colleague_gets_it_with_a_reason_that_is_sealed(both, cast, thread, cara, dov):
    reason = spoken("You know her better")

    act(actions.assign, cara, thread, dov.id, reason=reason)

    assert owner(thread) == dov.id
    assert reason.encode() not in bytes(Aside.objects.get().body_sealed or b"")
    (line,) = beside(dov, thread)
    assert (line.kind, line.text, line.mine) == ("assigned", reason, False)
    assert line.whom.startswith("Dr Dov")
    assert newest(cast.ada_record)[0] == "thread.read"
    assert isinstance(refused(actions.assign, cara, thread, dov.id), Taken)


@pytest.mark.parametrize("key", ["ada", "pia", "ben", "dov", "sam", "ivy", "max"])
def test_nobody_gets_what_they_may_not_read(cast, thread, cara, key):
    told = refused(actions.assign, cara, thread, cast.people[key].id)

    assert isinstance(told, CannotTend)
    assert owner(thread) is None


def test_another_team_gets_it_with_a_reason_and_nobody_has_it(cast, thread, cara, dov, nursing):
    act(actions.claim, cara, thread)
    assert isinstance(refused(actions.hand_on, cara, thread, nursing, reason=" "), ReasonMissing)
    assert isinstance(
        refused(actions.hand_on, cara, thread, nursing, reason="x" * 301), ReasonTooLong
    )
    with pytest.raises(NotFound):
        selectors.fetch_thread(dov.actor, thread)

    act(actions.hand_on, cara, thread, nursing, reason=spoken("A bandage"))

    assert (Thread.objects.get(pk=thread).team_id, owner(thread)) == (nursing, None)
    assert selectors.fetch_thread(dov.actor, thread).role == "clinician"
    assert isinstance(refused(actions.hand_on, dov, thread, nursing, reason="x"), SameTeam)
    assert [line.team for line in beside(dov, thread)] == [
        "",
        "Nursing team",
    ]


def test_what_is_handed_back_leaves_the_sight_of_the_team(thread, cara, dov, nursing):
    act(actions.hand_on, cara, thread, nursing, reason="A bandage")

    act(actions.hand_on, dov, thread, None, reason="Not for us")

    assert Thread.objects.get(pk=thread).team_id is None
    with pytest.raises(NotFound):
        selectors.fetch_thread(dov.actor, thread)
    assert history(thread) == ["moved", "moved"]


def test_it_goes_to_nobody_who_is_away(world, cast, thread, cara, sam):
    empty = a_team("empty team")
    assert isinstance(refused(actions.hand_on, cara, thread, empty, reason="x"), TeamAway)
    assert isinstance(refused(actions.hand_on, cara, thread, new_id(), reason="x"), TeamAway)
    bens = world.thread(cast.ben, patient=cast.ben_record)
    assert isinstance(refused(actions.hand_on, sam, bens, None, reason="x"), NobodyAnswers)


def test_done_means_that_nobody_waits_until_the_patient_writes_again(world, thread, ada, cara):
    act(actions.claim, cara, thread)

    act(actions.resolve, cara, thread)

    row = Thread.objects.get(pk=thread)
    assert (row.state, row.waiting_since, row.owner_id) == ("open", None, None)
    assert readings.read_thread(ada.actor, thread).thread.state_words == "Answered"
    assert isinstance(refused(actions.resolve, cara, thread), NothingOwed)
    world.reply(thread, by=ada)
    assert [line.id for line in readings.desk(cara.actor, Queue.UNCLAIMED).threads] == [thread]


def test_a_closed_thread_is_neither_claimed_nor_moved_nor_done(world, thread, cara, nursing):
    world.close(thread)
    for action, args, given in (
        (actions.claim, (), {}),
        (actions.assign, (cara.id,), {}),
        (actions.hand_on, (nursing,), {"reason": "x"}),
        (actions.resolve, (), {}),
    ):
        assert isinstance(refused(action, cara, thread, *args, **given), ThreadClosed)
    world.note(thread)


def test_what_somebody_had_who_may_not_read_it_any_more_is_nobodys(
    both, cast, thread, ada, cara, dov
):
    from tests.messaging.test_live import leave_team

    act(actions.claim, cara, thread)
    assert "Dr Cara" in readings.read_thread(ada.actor, thread).thread.state_words
    leave_team(cast)

    assert [line.id for line in readings.desk(dov.actor, Queue.UNCLAIMED).threads] == [thread]
    assert "Dr Cara" not in readings.read_thread(ada.actor, thread).thread.state_words
    act(actions.claim, dov, thread)
    assert owner(thread) == dov.id


@pytest.mark.feature("M6")
def test_everything_is_done_by_buttons_and_the_place_in_the_queue_is_kept(
    world, both, thread, cara, dov, nursing
):
    desk, here = browser(cara), f"{at(thread)}?from=unclaimed"
    page = desk.get(here).content.decode()
    assert f"{THREADS}?show=unclaimed" in page

    claimed = submit(desk, here, f"{at(thread, 'claim')}?from=unclaimed")
    assert leads_to(claimed) == f"{here}#whose"
    assert leads_to(submit(desk, at(thread), at(thread, "release"))) == f"{at(thread)}#whose"
    given = submit(desk, at(thread), at(thread, "assign"), to=f"p.{dov.id}", reason="Yours")
    assert leads_to(given) == f"{at(thread)}#whose"
    assert owner(thread) == dov.id
    moved = submit(desk, at(thread), at(thread, "assign"), to=f"t.{nursing}", reason="Wound")
    assert leads_to(moved) == f"{THREADS}?show=open"
    done = submit(desk, here, f"{at(thread, 'resolve')}?from=unclaimed")
    assert leads_to(done) == f"{THREADS}?show=unclaimed"
    assert history(thread) == ["claimed", "released", "assigned", "moved", "resolved"]


def test_a_refused_claim_is_told_on_the_page(both, thread, cara, dov):
    desk = browser(dov)
    desk.get(at(thread))
    act(actions.claim, cara, thread)

    answer = desk.post(at(thread, "claim"), {"command_id": new_id()}, follow=True)

    page = answer.content.decode()
    assert "Somebody has taken this thread already" in page
    assert "Let it go" not in page


@pytest.mark.parametrize("to", ["", "x", "p.1", f"t.{'0' * 32}", "care"])
def test_a_form_without_anybody_to_get_it_changes_nothing(thread, cara, to):
    desk = browser(cara)

    answer = submit(desk, at(thread), at(thread, "assign"), to=to, reason="x")

    assert leads_to(answer) == f"{at(thread)}#whose"
    assert history(thread) == []


def test_handing_on_repeated_by_who_reaches_it_no_more_gives_the_first_result(world, cast, nursing):
    thread, command = world.thread(team=nursing), new_id()
    to = a_team("billing team", cast.sam)
    given = thread, to

    def again(reason="Not for us"):
        action, actor = actions.hand_on, cast.dov.actor
        return door.run(action, actor, *given, reason=reason, command_id=command)

    first = again()

    assert again().aside_id == first.aside_id
    with pytest.raises(CommandReused):
        again("Something else")
    with pytest.raises(NotFound):
        door.run(actions.hand_on, cast.dov.actor, *given, reason="x", command_id=new_id())
