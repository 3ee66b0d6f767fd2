"""The steps of a visit: who may take them, once, and what they leave behind."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from patients import actions as patients
from patients.models import Scope
from portal.accounts import actions as accounts
from portal.kernel import clock, door
from portal.kernel.actor import person_actor
from portal.kernel.errors import BadInput, NotFound
from portal.kernel.ids import new_id
from scheduling.visits import actions
from scheduling.visits.errors import (
    AlreadyOver,
    CommandReused,
    NotNow,
    NotOpenYet,
    WordsMissing,
    WordsTooLong,
)
from scheduling.visits.models import Carried, Confirmation, Seat, Visit
from scheduling.visits.readings import exported, room_page
from tests.cast import WORK
from tests.harness.canary import spoken
from tests.patients.evidence import events, n_entries, newest, refusal_of
from tests.scheduling.visits.world import admitted, do, ended, video_visit, waiting

pytestmark = pytest.mark.feature("V1", "V2", "V17")
PLACE = spoken("Kitchen, Street 1")
ANSWERS = {
    "name": True,
    "birth": True,
    "place": PLACE,
    "phone": spoken("+49 30 1"),
    "others": spoken("My sister"),
    "safe": "yes",
}


def test_the_waiting_room_opens_half_an_hour_before(world, ada):
    visit = video_visit(world, minutes=31)

    assert isinstance(refused(actions.arrive, ada, visit), NotOpenYet)
    with clock.moved(by=timedelta(minutes=2)):
        assert do(actions.arrive, ada, visit) == {"state": "waiting"}


def test_nobody_comes_to_a_visit_that_is_long_past_though_no_scan_wrote_it_down(world, ada):
    visit, opened = video_visit(world), video_visit(world, minutes=40)
    room_page(ada.actor, visit)
    with clock.moved(by=timedelta(minutes=15)):
        do(actions.arrive, ada, opened)
        do(actions.leave, ada, opened)

    with clock.moved(by=timedelta(minutes=5 + 30 + 29)):
        assert do(actions.arrive, ada, visit) == {"state": "waiting"}
    with clock.moved(by=timedelta(minutes=40 + 30 + 31)):
        assert isinstance(refused(actions.arrive, ada, opened), AlreadyOver)


def test_a_clinician_who_is_none_any_more_comes_as_whom_they_are_for_the_patient(world, cast, cara):
    given: dict[str, Any] = {"scope": Scope.FULL, "relation": "partner"}
    door.run(patients.grant_proxy, WORK, cast.ada_record, cara.id, **given)
    visit = waiting(world)
    door.run(accounts.end_role, WORK, cara.id, "clinician")
    former = person_actor(cara.id, frozenset({"proxy"})).asking("her-socket", "socket")

    told = do(actions.join, former, visit, uuid4(), 0)

    assert told["polite"]
    assert Seat.objects.get().side == "patient"
    again = refusal_of(actions.admit, former, visit, command_id=new_id())
    assert isinstance(again, NotFound)


def test_coming_again_changes_nothing(world, cast, ada, pia):
    visit = waiting(world)
    since = Visit.objects.get().waiting_since

    assert do(actions.arrive, ada, visit) == {"state": "waiting"}
    assert do(actions.arrive, pia, visit) == {"state": "waiting"}

    assert Visit.objects.get().waiting_since == since
    assert events(cast.ada_record).count("visit.arrived") == 1


def test_a_step_repeated_gives_its_first_result_and_another_under_its_id_is_refused(world, cara):
    visit, other, command = waiting(world), video_visit(world, minutes=20), new_id()
    first = door.run(actions.admit, cara.actor, visit, command_id=command)
    do(actions.send_back, cara, visit)
    before = n_entries()

    assert door.run(actions.admit, cara.actor, visit, command_id=command) == first
    assert n_entries() == before
    assert Visit.objects.get(appointment=visit).state == "waiting"
    for action, given in [
        (actions.send_back, (visit,)),
        (actions.admit, (other,)),
        (actions.note, (visit, "nearly-there")),
        (actions.decline, (visit, "other")),
    ]:
        refusal = refusal_of(action, cara.actor, *given, command_id=command)
        assert isinstance(refusal, CommandReused)


def test_only_the_appointments_clinician_lets_in_and_ends(world, cast):
    visit = waiting(world)

    for someone in (cast.ada, cast.pia, cast.ben, cast.dov, cast.sam, cast.ivy, cast.max):
        for action, given in [
            (actions.admit, ()),
            (actions.decline, ("other",)),
            (actions.send_back, ()),
            (actions.end, ()),
            (actions.confirm, (ANSWERS,)),
        ]:
            assert isinstance(refused(action, someone, visit, *given), NotFound)

    assert Visit.objects.get().state == "waiting"


def test_only_the_patients_side_arrives_and_a_proxy_needs_full_scope(world, cast):
    visit = video_visit(world)

    for someone in (cast.cara, cast.ben, cast.dov, cast.sam, cast.max):
        assert isinstance(refused(actions.arrive, someone, visit), NotFound)
    assert not Visit.objects.exists()


@pytest.mark.parametrize("scope", ["read", "correspond"])
def test_a_proxy_who_may_not_do_everything_is_not_in_the_visit(world, cast, scope):
    from patients import actions as patients
    from patients.models import Proxy

    visit = waiting(world)
    grant = Proxy.objects.get(person=cast.pia.id)
    door.run(patients.end_proxy, WORK, grant.pk)
    door.run(
        patients.grant_proxy, WORK, cast.ada_record, cast.pia.id, scope=scope, relation="parent"
    )

    with pytest.raises(NotFound):
        room_page(cast.pia.actor, visit)


def test_who_is_declined_is_told_why_and_it_is_over(world, cast, ada, cara):
    visit = waiting(world)

    assert isinstance(refused(actions.decline, cara, visit, "because"), BadInput)
    do(actions.decline, cara, visit, "other-channel")

    row = Visit.objects.get()
    assert (row.state, row.ending, row.declined_why) == ("missed", "declined", "other-channel")
    assert {"visit.over", "visit.declined"} <= {*events(cast.ada_record)[:2]}
    assert isinstance(refused(actions.admit, cara, visit), AlreadyOver)
    ended_as = room_page(ada.actor, visit).visit.ended
    assert ended_as
    assert ended_as.why == "declined"


def test_a_visit_in_which_nobody_met_does_not_end_as_finished(world, cara):
    visit = admitted(world)
    do(actions.end, cara, visit)

    assert Visit.objects.get().ending == "not-connected"


def test_stepping_out_and_coming_again(world, cast, ada, cara):
    visit = waiting(world)
    do(actions.leave, ada, visit)

    assert Visit.objects.get().state == "planned"
    assert isinstance(refused(actions.admit, cara, visit), NotNow)
    do(actions.arrive, ada, visit)
    assert do(actions.admit, cara, visit) == {"state": "admitted"}


def test_a_note_is_sealed_and_read_by_who_waits(world, cast, ada, cara, sam):
    visit = waiting(world)
    do(actions.note, sam, visit, "ten-minutes-late")
    note = room_page(ada.actor, visit).visit.note
    assert note
    assert note.code == "ten-minutes-late"

    do(actions.note, cara, visit, "other", spoken("Lab  is\nlate"))

    note = room_page(ada.actor, visit).visit.note
    assert note
    assert (note.code, note.text) == ("other", spoken("Lab is late"))
    assert spoken("Lab is late").encode() not in bytes(Visit.objects.get().note_sealed or b"")
    assert newest(cast.ada_record)[0] == "visit.read"
    assert events(cast.ada_record).count("visit.noted") == 2


def test_a_note_says_something_and_is_short(world, cara):
    visit = waiting(world)

    assert isinstance(refused(actions.note, cara, visit, "other", " \n"), WordsMissing)
    assert isinstance(refused(actions.note, cara, visit, "other", "x" * 201), WordsTooLong)
    assert isinstance(refused(actions.note, cara, visit, "other", "x" * 9999), WordsTooLong)
    assert isinstance(refused(actions.note, cara, visit, "rude", "x"), BadInput)


def test_the_opening_answers_are_kept_and_only_the_clinic_reads_them(world, cast, ada, cara):
    visit = admitted(world)
    do(actions.confirm, cara, visit, ANSWERS)
    do(actions.confirm, cara, visit, ANSWERS | {"safe": "unsure", "others": ""})

    kept = room_page(cara.actor, visit).visit.confirmed
    assert kept
    assert (kept.place, kept.others, kept.safe) == (ANSWERS["place"], "", "unsure")
    assert room_page(ada.actor, visit).visit.confirmed is None
    for row in Confirmation.objects.all():
        assert PLACE.encode() not in bytes(row.answers_sealed)
    told = exported(cast.ada_record)["visits"][0]["confirmations"]
    assert [row["safe"] for row in told] == ["yes", "unsure"]


@pytest.mark.parametrize(
    "change",
    [
        {"safe": "maybe"},
        {"name": 1},
        {"place": None},
        {"extra": "x"},
    ],
)
def test_opening_answers_of_another_shape_are_refused(world, cara, change):
    visit = admitted(world)

    assert isinstance(refused(actions.confirm, cara, visit, ANSWERS | change), BadInput)


def test_opening_answers_belong_to_a_visit_that_was_let_in(world, cara):
    assert isinstance(refused(actions.confirm, cara, waiting(world), ANSWERS), NotNow)
    assert isinstance(
        refused(actions.confirm, cara, ended(world, minutes=20), ANSWERS), AlreadyOver
    )


def test_what_is_asked_of_another_kind_of_appointment_is_not_there(world, ada):
    assert isinstance(refused(actions.arrive, ada, uuid4()), NotFound)
    assert not Carried.objects.exists()


def refused(action, someone, *given):
    """How it is refused."""
    return refusal_of(action, someone.actor, *given, command_id=new_id())
