"""Teams: what patients are told before they write, who reads it, and that somebody always does."""

import pytest

from messaging import actions, policy, readings, selectors
from messaging.actions import TeamWords
from messaging.errors import (
    CannotTend,
    DefaultStays,
    NobodyAnswers,
    TeamAway,
    TeamNameMissing,
    TeamNotReady,
)
from messaging.models import Team, TeamKind, TeamMember, Thread
from messaging.readings.standing import reply_words
from patients import actions as patients
from patients.policy import reachable_patients
from portal.accounts import actions as accounts
from portal.kernel import clock, door
from portal.kernel.errors import BadInput, NotFound
from portal.kernel.ids import new_id
from tests.cast import KEYS, WORK, a_team, browser
from tests.messaging.forms import THREADS, WRITE, at, leads_to, submit
from tests.patients.evidence import refusal_of

pytestmark = pytest.mark.feature("M2")
TEAMS = f"{THREADS}teams/"


@pytest.fixture
def nursing(cast):
    """A team of Dr Dov's, who treats nobody here."""
    return a_team("nursing team", cast.dov, hours=48)


def leave(team, someone) -> None:
    """This person is off the team."""
    member = TeamMember.objects.get(team=team, person=someone.id, ends_at=None)
    door.run(actions.leave_team, WORK, member.pk)


def test_a_patient_is_told_what_each_is_for_and_when_it_answers(nursing, ada):
    page = readings.write_page(ada.actor)

    told = [(to.key, to.name, to.promise) for to in page.addressees]
    assert told == [
        ("", "Your care team", ""),
        (str(nursing), "Nursing team", "Answers within 2 days"),
        (told[2][0], "Front desk", "Answers within 1 day"),
    ]
    assert page.addressees[1].purpose == "Questions for the nursing team"


def test_what_a_patient_writes_to_a_team_reaches_it_and_the_care_team(nursing, ada, cara, dov):
    page = browser(ada)

    sent = submit(page, WRITE, WRITE, topic="Bandage", body="It slipped", team=str(nursing))

    (thread,) = Thread.objects.all()
    assert leads_to(sent) == f"{at(thread.pk)}#latest"
    assert thread.team_id == nursing
    for someone in (cara, dov):
        assert "Bandage" in browser(someone).get(THREADS).content.decode()


def test_a_member_reads_and_writes_in_the_thread_and_opens_nothing_else(
    world, cast, nursing, dov, ada
):
    other, thread = world.thread(), world.thread(team=nursing)

    page = readings.read_thread(dov.actor, thread)

    assert (page.is_staff, page.may_reply, page.may_open_chart) == (True, True, False)
    assert page.thread.patient_name
    assert world.reply(thread, by=dov).sequence == 2
    assert [*policy.readable_threads(dov.actor).values_list("pk", flat=True)] == [thread]
    assert not reachable_patients(dov.actor).exists()
    with pytest.raises(NotFound):
        selectors.fetch_thread(dov.actor, other)
    assert browser(dov).get(f"/patients/{cast.ada_record}/").status_code == 404
    readers = {each.name for each in readings.read_thread(ada.actor, thread).people}
    assert any(name.startswith("Dr Dov") for name in readers)


def test_a_membership_counts_while_it_lasts_and_with_a_role_that_answers(world, nursing, dov):
    thread = world.thread(team=nursing)
    assert policy.readable_thread(dov.actor, thread).exists()
    leave(nursing, dov)
    assert not policy.readable_thread(dov.actor, thread).exists()

    door.run(actions.join_team, WORK, nursing, dov.id)
    door.run(accounts.end_role, WORK, dov.id, "clinician")
    assert selectors.offered_teams() == [
        row for row in selectors.offered_teams() if row.id != nursing
    ]


@pytest.mark.parametrize("key", KEYS)
def test_lists_and_single_reads_agree_on_threads_of_teams(world, cast, nursing, key):
    threads = [world.thread(), world.thread(team=nursing), world.thread(team=cast.desk)]
    actor = cast.people[key].actor

    for rule, one in (
        (policy.readable_threads, policy.readable_thread),
        (policy.writable_threads, policy.writable_thread),
        (policy.tended_threads, policy.tended_thread),
    ):
        listed = {*rule(actor).values_list("pk", flat=True)}
        assert {thread for thread in threads if one(actor, thread).exists()} == listed
    expected = {"dov": 1, "sam": 1, "cara": 3}.get(key, 0)
    assert policy.tended_threads(actor).count() == expected


def test_compiled_reads_know_the_teams(world, cast, nursing, dov, cara, ada):
    from messaging.selectors.items import FRESH
    from messaging.selectors.threads import LOCKED, REACH

    thread = world.thread(team=nursing)
    for someone in (dov, cara, ada, cast.sam):
        for hot in (LOCKED, FRESH, REACH):
            actor = someone.actor
            assert hot.plan(actor) is not None
            assert hot.rows(actor, thread, 0) == list(hot.build(actor, thread, 0))
    assert [row[-1] for row in LOCKED.rows(dov.actor, thread)] == ["clinician"]


def test_a_patient_without_a_care_team_writes_to_the_team_for_that(world, cast, ben, sam):
    thread = world.thread(ben, patient=cast.ben_record)

    assert Thread.objects.get(pk=thread).team_id == cast.desk
    assert selectors.fetch_thread(sam.actor, thread).role == "coordinator"


@pytest.mark.feature("M22")
def test_with_nobody_to_answer_the_page_says_so_before_anybody_types(cast, ben, sam):
    leave(cast.desk, sam)

    page = browser(ben).get(WRITE).content.decode()

    assert "Nobody can answer here yet" in page
    assert "<textarea" not in page
    refused = refusal_of(
        actions.open_thread, ben.actor, cast.ben_record, "x", "y", command_id=new_id()
    )
    assert isinstance(refused, NobodyAnswers)


def test_a_team_that_went_away_takes_no_message(cast, nursing, ada, dov):
    given = {"team_id": nursing, "command_id": new_id()}
    leave(nursing, dov)

    refused = refusal_of(actions.open_thread, ada.actor, cast.ada_record, "x", "y", **given)

    assert isinstance(refused, TeamAway)
    answer = submit(browser(ada), WRITE, WRITE, topic="x", body="Mine", team=str(nursing))
    assert answer.status_code == 422
    assert "Mine" in answer.content.decode()


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (TeamWords(name=" "), TeamNameMissing),
        (TeamWords(name="x", is_open=True), TeamNotReady),
        (TeamWords(name="x", is_open=True, purpose="x"), TeamNotReady),
        (TeamWords(name="x", is_open=True, reply_hours=1), TeamNotReady),
        (TeamWords(name="x", is_default=True), TeamNotReady),
        (TeamWords(name="x", kind=TeamKind.CARE), TeamNotReady),
        (TeamWords(name="x", reply_hours=0), BadInput),
    ],
)
def test_a_team_opens_only_with_a_purpose_and_a_reply_time(max_, words, refusal):
    refused = refusal_of(actions.save_team, max_.actor, new_id(), words)

    assert isinstance(refused, refusal)


@pytest.fixture
def max_(cast):
    """The administrator."""
    return cast.max


def test_there_is_always_one_team_for_what_nobody_else_gets(cast, max_):
    shut = TeamWords(name="front desk", purpose="x", reply_hours=1, is_open=True)
    assert isinstance(refusal_of(actions.save_team, max_.actor, cast.desk, shut), DefaultStays)

    other = a_team("nursing team", is_default=True)

    assert [*Team.objects.filter(is_default=True).values_list("pk", flat=True)] == [other]


def test_only_staff_who_answer_join_a_team(cast, nursing, max_):
    for key in ("ada", "pia", "ivy", "max"):
        refused = refusal_of(actions.join_team, max_.actor, nursing, cast.people[key].id)
        assert isinstance(refused, CannotTend)
    first = door.run(actions.join_team, max_.actor, nursing, cast.cara.id)
    assert door.run(actions.join_team, max_.actor, nursing, cast.cara.id) == first


@pytest.mark.parametrize("key", [key for key in KEYS if key != "max"])
def test_nobody_but_administrators_sets_up_teams(cast, nursing, key):
    actor = cast.people[key].actor
    member = TeamMember.objects.get(team=nursing)
    for action, args in (
        (actions.save_team, (new_id(), TeamWords(name="x"))),
        (actions.join_team, (nursing, cast.cara.id)),
        (actions.leave_team, (member.pk,)),
    ):
        assert isinstance(refusal_of(action, actor, *args), NotFound)


def test_an_administrator_sets_up_a_team_by_forms_and_is_told_what_is_missing(cast, max_):
    desk = browser(max_)
    a_team("care team", kind=TeamKind.CARE)
    made = submit(desk, TEAMS, TEAMS, name="nursing team")
    address = leads_to(made)
    assert "Not open yet" in desk.get(address).content.decode()

    refused = submit(desk, address, address, name="nursing team", is_open="on")
    assert refused.status_code == 422
    assert "what it is for and when it answers" in refused.content.decode()
    words = {"name": "nursing team", "purpose": "Wounds", "reply_hours": "24", "is_open": "on"}
    leads_to(submit(desk, address, address, **words))
    assert "Nobody is on this team" in desk.get(address).content.decode()
    team = Team.objects.get(name="nursing team")
    join = f"{TEAMS}{team.pk}/join/"
    leads_to(submit(desk, address, join, person=str(cast.dov.id)))

    assert selectors.is_offered(team.pk)
    page = desk.get(address).content.decode()
    assert "Dr Dov" in page
    (member,) = selectors.members_of(team.pk)
    leads_to(desk.post(f"{TEAMS}leave/{member.id}/"))
    assert not selectors.is_offered(team.pk)


def test_the_promise_of_care_teams_is_a_row_of_its_own(cast, max_, ada, world, thread):
    desk = browser(max_)
    given = {"name": "care team", "purpose": "Everything", "reply_hours": "24"}

    leads_to(submit(desk, TEAMS, TEAMS, **given))

    assert Team.objects.get(kind=TeamKind.CARE).is_open
    assert readings.write_page(ada.actor).addressees[0].promise == "Answers within 1 day"
    due_at = readings.read_thread(ada.actor, thread).thread.standing.due_at
    assert due_at is not None
    assert due_at > clock.now()


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (None, ""),
        (1, "Answers within 1 hour"),
        (36, "Answers within 36 hours"),
        (24, "Answers within 1 day"),
        (72, "Answers within 3 days"),
    ],
)
def test_a_reply_time_is_said_in_plain_words(hours, words):
    assert reply_words(hours) == words


def test_a_link_of_ones_own_does_not_hide_behind_a_team(world, cast, dov, nursing):
    """Who treats the patient as well is on the care team first."""
    door.run(patients.add_to_care_team, WORK, cast.ada_record, dov.id, role="nurse")
    thread = world.thread(team=nursing)

    assert selectors.fetch_thread(dov.actor, thread).role == "nurse"
    assert selectors.lock_tended(dov.actor, thread).role == "nurse"
