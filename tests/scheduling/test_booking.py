"""Booking, moving and cancelling: what is lawful, what is kept, what is refused."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.crypto import envelope, keys
from portal.kernel import clock
from portal.kernel.errors import BadInput, NotFound, Refusal
from portal.kernel.ids import new_id
from portal.outbox.models import Letter
from scheduling import actions, selectors, tasks
from scheduling.errors import (
    CommandReused,
    NotBooked,
    NotOffered,
    ReasonTooLong,
    SlotTaken,
    TooLate,
)
from scheduling.models import (
    KEY_PURPOSE,
    Appointment,
    Calendar,
    Claim,
    Receipt,
    State,
    reason_place,
)
from tests.harness.canary import spoken
from tests.harness.write_guard import guard
from tests.patients.evidence import BOTH, events
from tests.scheduling.rows import everything
from tests.scheduling.world import at, tomorrow

pytestmark = pytest.mark.django_db(databases=BOTH)
FAR = timedelta(days=3)


@pytest.mark.feature("S7")
def test_a_move_keeps_the_id_raises_the_revision_and_frees_the_old_time(times, kind):
    row = times.book(kind, at(9))
    assert at(9) not in [slot.starts_at for slot in times.slots(kind)]

    moved = times.move(row, at(9, 15))

    assert (moved.pk, moved.revision, moved.starts_at) == (row.pk, 1, at(9, 15))
    assert moved.wall_start.endswith("T09:15")
    assert moved.state == State.BOOKED
    history = selectors.history_of(row.pk)
    assert [(c.kind, c.revision, c.starts_at) for c in history] == [
        ("held", 0, at(9)),
        ("booked", 0, at(9)),
        ("moved", 1, at(9, 15)),
    ]
    assert Claim.objects.count() == 3
    times.book(kind, at(9, 45), times.world.cast.sam, patient=times.world.cast.ben_record)


@pytest.mark.feature("S7")
def test_a_move_into_a_taken_time_leaves_the_old_one(times, kind):
    row = times.book(kind, at(9))
    ben = times.world.cast.ben_record
    times.book(kind, at(10), times.world.cast.ben, patient=ben)
    before = everything()

    for starts_at, refusal in ((at(10), SlotTaken), (at(9, 45), SlotTaken), (at(12), NotOffered)):
        with pytest.raises(refusal):
            times.move(row, starts_at)

    assert everything() == before


@pytest.mark.feature("S7")
def test_a_move_in_two_tabs_to_one_time_is_one_move(times, kind):
    row = times.book(kind, at(9))
    moved = times.move(row, at(10))
    before = [(letter.kind, letter.state) for letter in Letter.objects.order_by("pk")]

    again = times.move(row, at(10))

    assert (again.starts_at, again.revision) == (moved.starts_at, 1)
    assert [(letter.kind, letter.state) for letter in Letter.objects.order_by("pk")] == before
    assert [change.kind for change in selectors.history_of(row.pk)].count("moved") == 1


@pytest.mark.feature("S7")
def test_looking_where_to_move_costs_no_more_with_more_clinicians(times):
    def n_queries(*clinicians):
        kind = times.kind(*clinicians, name=f"Visit with {len(clinicians)}")
        row = times.book(kind, times.slots(kind)[len(clinicians)].starts_at)
        with CaptureQueriesContext(connection) as asked:
            times.slots(kind, apart_from=row.pk)
        return len(asked)

    cast = times.world.cast
    for someone in (cast.cara, cast.dov):
        times.hours(someone)

    assert n_queries(cast.cara) == n_queries(cast.cara, cast.dov)


@pytest.mark.feature("S7")
def test_a_move_may_change_the_clinician(times):
    cast = times.world.cast
    times.hours()
    times.hours(cast.dov)
    kind = times.kind(cast.cara, cast.dov)
    row = times.book(kind, at(9))

    moved = times.move(row, at(9), clinician_id=cast.dov.id)

    assert moved.clinician_id == cast.dov.id
    assert at(9) in [s.starts_at for s in times.slots(kind, cast.sam, patient=cast.ben_record)]
    assert not Claim.objects.filter(resource_id=cast.cara.id).exists()


@pytest.mark.feature("S3")
@pytest.mark.feature("S7")
def test_close_to_the_appointment_patients_are_asked_to_call_and_staff_may(times):
    times.hours()
    kind = times.kind(cutoff_minutes=2880)
    row = times.book(kind, at(9))

    for deed in (lambda: times.move(row, at(10)), lambda: times.cancel(row)):
        with pytest.raises(TooLate, match="too-late"):
            deed()
    moved = times.move(row, at(10), times.world.cast.sam)
    assert times.cancel(moved, times.world.cast.cara).state == State.CANCELLED


@pytest.mark.feature("S7")
def test_a_cancelled_appointment_frees_its_time_and_stays_in_history(times, kind):
    row = times.book(kind, at(9))

    done = times.cancel(row, why="ill")

    assert (done.state, done.revision) == (State.CANCELLED, 1)
    assert times.slots(kind)[0].starts_at == at(9)
    assert selectors.history_of(row.pk)[-1].why == "ill"
    for deed in (
        lambda: times.cancel(row),
        lambda: times.move(row, at(10)),
        lambda: times.do(actions.book, row),
    ):
        with pytest.raises(NotBooked):
            deed()
    with pytest.raises(BadInput):
        times.cancel(row, why="I am afraid")


@pytest.mark.feature("S7")
def test_what_has_begun_is_changed_by_nobody_but_the_clinic(times, kind):
    row = times.book(kind, at(9))

    with clock.frozen(at(9, 10)):
        with pytest.raises(NotBooked):
            times.cancel(row)
        assert times.cancel(row, times.world.cast.sam, why="ill").state == State.CANCELLED


def test_a_command_that_comes_twice_is_carried_out_once(times, kind):
    commands = [new_id() for _ in range(5)]
    held = [times.hold(kind, at(9), command=commands[0]) for _ in range(2)]
    assert held[0] == held[1]
    row = held[0]
    for _ in range(2):
        assert times.do(actions.extend_hold, row, command_id=commands[1]) == row
        times.do(actions.book, row, reason="x", command_id=commands[2])
        assert times.move(row, at(10), command_id=commands[3]).revision == 1
    before = everything()
    for _ in range(2):
        times.do(actions.cancel, row, why="ill", command_id=commands[4])

    kinds = [change.kind for change in selectors.history_of(row.pk)]
    assert kinds == ["held", "extended", "booked", "moved", "cancelled"]
    assert len(everything()[0][Receipt] - before[0][Receipt]) == 1


def test_a_command_with_other_content_is_refused(times, kind):
    command = new_id()
    row = times.hold(kind, at(9), command=command)

    with pytest.raises(CommandReused):
        times.hold(kind, at(10), command=command)
    with pytest.raises(CommandReused):
        times.do(actions.book, row, command_id=command)


@pytest.mark.feature("S7")
def test_who_may_change_what_is_booked(times, kind):
    cast = times.world.cast
    row = times.book(kind, at(9))

    for n, who in enumerate((cast.pia, cast.cara, cast.sam)):
        times.move(row, at(9 + n % 2, 30), who)
    for who in (cast.ben, cast.dov, cast.ivy, cast.max):
        with pytest.raises(NotFound) as refused:
            times.cancel(row, who)
        assert refused.value.patient == cast.ada_record
    with pytest.raises(NotFound) as refused:
        times.do(actions.cancel, Appointment(pk=new_id()), why="ill")
    assert refused.value.subject is None


def test_the_reason_is_sealed_for_its_place(times, kind):
    text = spoken("My knee")
    row = times.book(kind, at(9), reason=f"  {text}\r\n")

    key = keys.open_data_key(row.patient_id, KEY_PURPOSE, row.pk)
    assert (
        envelope.unseal(key, bytes(row.reason_sealed), reason_place(key, row.pk)) == text.encode()
    )
    held = times.hold(kind, at(10))
    with pytest.raises(ReasonTooLong):
        times.do(actions.book, held, reason="x" * 401)


@pytest.mark.feature("S19")
def test_intent_is_kept_beside_the_instant(times, kind):
    row = times.book(kind, at(9), zone="America/New_York")

    assert (row.zone, row.patient_zone) == ("Europe/Berlin", "America/New_York")
    assert row.wall_start == f"{tomorrow().isoformat()}T09:00"
    assert list(selectors.shifted_appointments(clock.now())) == []
    with guard.off("zone rules that changed"):
        Appointment.objects.filter(pk=row.pk).update(zone="Europe/London")
    assert [each.pk for each in selectors.shifted_appointments(clock.now())] == [row.pk]
    tasks.compare_zones()


@pytest.mark.feature("S7")
def test_letters_go_out_are_withdrawn_and_posted_anew(times, kind):
    day = tomorrow() + FAR
    row = times.book(kind, at(9, day=day))
    cast = times.world.cast

    def letters(state="queued"):
        return sorted(
            (letter.kind.partition(".")[2], letter.due_at, letter.to_person)
            for letter in Letter.objects.filter(about=row.pk, state=state)
            if letter.due_at > clock.now()
        )

    told = sorted([cast.ada.id, cast.pia.id])
    expected = [
        ("reminder", at(9, day=day) - before, who)
        for before in (timedelta(days=1), timedelta(hours=1))
        for who in told
    ]
    assert letters() == sorted(expected)
    times.move(row, at(10, day=day))
    assert next(due for _, due, _ in letters()) == at(10, day=day) - timedelta(days=1)
    assert len(letters()) == len(letters("withdrawn")) == 4
    times.cancel(row)
    assert letters() == []
    told_of = {letter.kind for letter in Letter.objects.filter(about=row.pk, state="queued")}
    assert told_of == {"scheduling.cancelled"}


def test_each_act_leaves_its_entry(times, kind):
    row = times.book(kind, at(9), times.world.cast.pia)
    times.move(row, at(10), times.world.cast.pia)
    times.cancel(row, times.world.cast.cara)

    found = [each for each in events(times.world.cast.ada_record) if each.startswith("appo")]
    assert found[::-1] == [
        "appointment.held",
        "appointment.booked",
        "appointment.moved",
        "appointment.cancelled",
    ]


def test_refusals_leave_nothing_changed(times, kind):
    row = times.book(kind, at(9))
    cast = times.world.cast
    before, stamps = everything(), set(Calendar.objects.values_list("stamp", flat=True))

    for deed in (
        lambda: times.hold(kind, at(9), cast.ben, patient=cast.ben_record),
        lambda: times.move(row, at(12)),
        lambda: times.cancel(row, cast.dov),
        lambda: times.do(actions.book, row),
        lambda: times.do(actions.extend_hold, row),
    ):
        with pytest.raises(Refusal):
            deed()

    assert everything() == before
    assert set(Calendar.objects.values_list("stamp", flat=True)) == stamps
