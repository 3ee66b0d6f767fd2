"""Holding, booking, moving and cancelling: what is lawful, what is kept, what is refused."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from patients import actions as patients
from patients.models import Scope
from portal.accounts import actions as accounts
from portal.audit.models import Entry
from portal.crypto import envelope, keys
from portal.kernel import clock, door
from portal.kernel.errors import BadInput, NotFound, Refusal
from portal.kernel.ids import new_id
from portal.outbox.models import Letter
from scheduling import actions, selectors, tasks
from scheduling.errors import (
    CommandReused,
    ExtendedAlready,
    HoldOver,
    NotBooked,
    NotOffered,
    ReasonTooLong,
    SlotTaken,
    TooLate,
    TooManyHolds,
    ZoneUnknown,
)
from scheduling.models import (
    KEY_PURPOSE,
    Appointment,
    Calendar,
    Change,
    Claim,
    Receipt,
    State,
    reason_place,
)
from tests.cast import WORK, chart_of, engage
from tests.harness.canary import spoken
from tests.harness.write_guard import guard
from tests.patients.evidence import BOTH, events
from tests.scheduling.world import at, tomorrow

pytestmark = pytest.mark.django_db(databases=BOTH)
FAR = timedelta(days=3)


def everything():
    """All rows that a command could change."""
    tables = (Appointment, Change, Claim, Receipt, Letter, Entry)
    return {table: set(table.objects.values_list("pk", flat=True)) for table in tables}, {
        *Appointment.objects.values_list("pk", "state", "starts_at", "revision", "held_until")
    }


@pytest.fixture
def kind(times):
    return times.open()


@pytest.mark.feature("S5")
def test_a_held_time_is_nobody_elses_until_it_is_over(times, kind):
    held = times.hold(kind, at(9))

    ben = times.world.cast
    with pytest.raises(SlotTaken):
        times.hold(kind, at(9), ben.ben, patient=ben.ben_record)
    assert held.state == State.HELD
    assert timedelta(minutes=4) < held.held_until - clock.now() <= timedelta(minutes=5)
    with clock.moved(by=timedelta(minutes=6)):
        assert at(9) in [slot.starts_at for slot in times.slots(kind)]
        won = times.hold(kind, at(9), ben.ben, patient=ben.ben_record)
    held.refresh_from_db()
    assert (held.state, won.state) == (State.EXPIRED, State.HELD)
    assert [change.kind for change in selectors.history_of(held.pk)] == ["held", "expired"]


@pytest.mark.feature("S5")
def test_a_hold_is_extended_once(times, kind):
    held = times.hold(kind, at(9))
    with clock.moved(by=timedelta(minutes=4)):
        longer = times.do(actions.extend_hold, held)
        assert longer.held_until - clock.now() > timedelta(minutes=4)
        with pytest.raises(ExtendedAlready):
            times.do(actions.extend_hold, held)
    with clock.moved(by=timedelta(minutes=8)):
        assert times.do(actions.book, held).state == State.BOOKED


@pytest.mark.feature("S5")
def test_a_hold_that_is_over_is_not_booked(times, kind):
    held = times.hold(kind, at(9))

    with clock.moved(by=timedelta(minutes=5, seconds=1)):
        for action in (actions.book, actions.extend_hold):
            with pytest.raises(HoldOver):
                times.do(action, held)


@pytest.mark.feature("S5")
def test_what_is_given_back_is_free_at_once(times, kind):
    held = times.hold(kind, at(9))
    times.do(actions.release, held)

    assert times.do(actions.release, held).state == State.EXPIRED
    assert times.slots(kind)[0].starts_at == at(9)
    assert not Claim.objects.exists()
    with pytest.raises(NotBooked):
        times.do(actions.release, times.book(kind, at(9)))


@pytest.mark.feature("S5")
def test_nobody_keeps_more_times_than_they_can_decide_about(times, kind):
    for hour in (9, 10, 11):
        times.hold(kind, at(hour))

    with pytest.raises(TooManyHolds):
        times.hold(kind, at(13))
    with pytest.raises(TooManyHolds):
        times.hold(kind, at(13), times.world.cast.pia)
    assert times.hold(kind, at(13), times.world.cast.sam).state == State.HELD


@pytest.mark.feature("S5")
def test_the_sweep_frees_what_nobody_confirmed(times, kind):
    rows = [times.hold(kind, at(hour)) for hour in (9, 10)]
    booked = times.book(kind, at(11))

    with clock.moved(by=timedelta(minutes=6)):
        tasks.sweep_holds()
        tasks.sweep_holds()

    assert {row.state for row in Appointment.objects.filter(pk__in=[r.pk for r in rows])} == {
        State.EXPIRED
    }
    assert {claim.appointment_id for claim in Claim.objects.all()} == {booked.pk}
    assert events(times.world.cast.ada_record).count("appointment.hold-expired") == 2


@pytest.mark.feature("S6")
def test_the_database_itself_refuses_what_overlaps(times, kind):
    first, second = times.book(kind, at(9)), times.book(kind, at(10))
    claim = Claim.objects.get(appointment=first.pk, resource_kind="patient")
    other = Claim.objects.get(appointment=second.pk, resource_kind="patient")

    with guard.off("an intruder"):
        same = {"resource_kind": "patient", "resource_id": claim.resource_id}
        for begins, ends in ((5, 35), (-5, 5), (-5, 35), (10, 15), (0, 30)):
            span = {"begins": claim.begins + begins, "ends": claim.begins + ends}
            with pytest.raises(IntegrityError), transaction.atomic():
                Claim.objects.create(appointment=first, **same, **span)
        with pytest.raises(IntegrityError), transaction.atomic():
            Claim.objects.filter(pk=other.pk).update(begins=claim.begins + 29)
        beside = {"begins": claim.ends, "ends": claim.ends + 5}
        assert Claim.objects.create(appointment=first, **same, **beside)
        Claim.objects.filter(pk=other.pk).update(ends=other.ends + 5)


@pytest.mark.feature("S7")
def test_history_is_only_added_to(times, kind):
    row = times.book(kind, at(9))
    changes = Change.objects.filter(appointment=row.pk)

    with guard.off("an intruder"):
        for deed in (lambda: changes.update(kind="moved"), changes.delete):
            with pytest.raises(IntegrityError), transaction.atomic():
                deed()
    if connection.vendor == "sqlite":
        with guard.off("an intruder"), pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(
                "INSERT OR REPLACE INTO scheduling_change SELECT * FROM scheduling_change"
            )
    assert changes.count() == 2


@pytest.mark.feature("S6")
def test_buffers_keep_clinicians_apart_and_not_patients(times):
    times.hours()
    kind = times.kind(before_minutes=5, after_minutes=10, step_minutes=5)
    times.book(kind, at(10))

    starts = [slot.starts_at for slot in times.slots(kind)]

    assert at(10, 45) in starts
    assert at(10, 40) not in starts
    assert at(9, 15) in starts
    assert at(9, 20) not in starts
    claims = {c.resource_kind: c.ends - c.begins for c in Claim.objects.order_by("ends")}
    assert claims["patient"] == 30


@pytest.mark.feature("S6")
def test_a_patient_is_in_one_place_at_a_time(times):
    cast = times.world.cast
    times.hours()
    times.hours(cast.dov)
    kind = times.kind(cast.cara, cast.dov, step_minutes=10)
    times.book(kind, at(9))

    mine = [slot.starts_at for slot in times.slots(kind) if slot.clinician_id == cast.dov.id]

    assert mine[0] == at(9, 30)
    for minute in (0, 20):
        with pytest.raises(SlotTaken):
            times.hold(kind, at(9, minute), clinician=cast.dov)
    assert times.hold(kind, at(9), cast.ben, patient=cast.ben_record, clinician=cast.dov)


@pytest.mark.feature("S6")
def test_somebody_with_two_roles_is_one_calendar(times, kind):
    cast = times.world.cast
    record = door.run(patients.register_patient, WORK, chart_of("dee")).pk
    door.run(patients.link_account, WORK, record, cast.cara.id)
    times.hours(cast.dov)
    theirs = times.kind(cast.dov, name="Check-up")
    times.book(theirs, at(9), cast.sam, patient=record, clinician=cast.dov)

    assert at(9) not in [slot.starts_at for slot in times.slots(kind)]
    with pytest.raises(SlotTaken):
        times.hold(kind, at(9))
    times.book(kind, at(10))
    with pytest.raises(SlotTaken):
        times.hold(theirs, at(10), cast.sam, patient=record, clinician=cast.dov)
    with pytest.raises(SlotTaken):
        times.hold(kind, at(11), cast.sam, patient=record)


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


@pytest.mark.feature("S4")
def test_only_what_is_offered_is_held(times):
    cast = times.world.cast
    times.hours()
    kind = times.kind(horizon_days=10, notice_minutes=600)
    soon = clock.now() + timedelta(minutes=5)
    before = everything()

    for starts_at in (at(8), at(9, 5), at(11, 45), at(17), at(9) + timedelta(seconds=1), soon):
        with pytest.raises(NotOffered):
            times.hold(kind, starts_at)
    with pytest.raises(NotOffered):
        times.hold(kind, at(9) + timedelta(days=20))
    with pytest.raises(NotOffered):
        times.hold(kind, at(9), clinician=cast.dov)
    with pytest.raises(NotOffered):
        times.hold(kind, at(9), mode="phone")
    with pytest.raises(BadInput):
        times.hold(kind, at(9), mode="telepathy")
    with pytest.raises(ZoneUnknown):
        times.hold(kind, at(9), zone="Mars/Olympus")

    assert everything() == before
    assert times.hold(kind, at(9) + timedelta(days=20), cast.sam)


@pytest.mark.feature("S4")
@pytest.mark.feature("S18")
def test_every_offer_can_be_held_and_what_lies_between_cannot(times):
    times.hours(None, (540, 660))
    kind = times.kind(step_minutes=20, before_minutes=5)
    times.book(kind, at(9, 40))
    offered = {slot.starts_at for slot in times.slots(kind, days=1)}

    for n in range(0, 180, 5):
        starts_at = at(8, 30) + timedelta(minutes=n)
        why = selectors.explain(
            times.world.cast.ada.actor,
            times.world.cast.ada_record,
            kind.pk,
            times.world.cast.cara.id,
            starts_at,
        )
        assert (why == "") == (starts_at in offered)
        if starts_at in offered:
            times.do(actions.release, times.hold(kind, starts_at))
        else:
            with pytest.raises(Refusal):
                times.hold(kind, starts_at)
    assert offered == {at(9), at(10, 20)}


@pytest.mark.feature("S4")
def test_one_clinician_any_of_several_or_whoever_is_first(times):
    cast = times.world.cast
    times.hours(cast.cara, (600, 660))
    times.hours(cast.dov, (540, 660))
    kind = times.kind(cast.cara, cast.dov)

    def first(**among):
        slot = times.slots(kind, days=1, **among)[0]
        return slot.clinician_id, slot.starts_at

    assert first() == (cast.dov.id, at(9))
    assert first(clinicians=[cast.cara.id]) == (cast.cara.id, at(10))
    assert first(clinicians=[cast.cara.id, cast.dov.id]) == (cast.dov.id, at(9))
    assert times.slots(kind, clinicians=[cast.max.id]) == []


@pytest.mark.feature("S2")
@pytest.mark.feature("S4")
def test_the_memory_follows_every_change(times, kind):
    cast, cara = times.world.cast, times.world.cast.cara.id

    def n():
        return len(times.slots(kind, cast.sam, patient=cast.ben_record, days=1))

    assert n() == 11 + 15
    row = times.book(kind, at(9))
    assert n() == 24
    times.move(row, at(10))
    assert n() == 23
    times.cancel(row)
    assert n() == 26
    shut = door.run(
        actions.add_absence,
        cast.sam.actor,
        None,
        _wall(0),
        _wall(12),
        occasion="closed",
        command_id=new_id(),
    )
    assert n() == 15
    door.run(actions.add_opening, cast.sam.actor, cara, _wall(8), _wall(9), command_id=new_id())
    assert n() == 18
    door.run(actions.remove_exception, cast.sam.actor, shut.pk, command_id=new_id())
    assert n() == 15 + 15
    times.hours(None, (540, 600))
    assert n() == 3 + 4


def _wall(hour):
    return at(hour).astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)


@pytest.mark.feature("S4")
def test_who_may_book_for_whom(times, kind):
    cast = times.world.cast
    door.run(
        patients.grant_proxy,
        WORK,
        cast.ben_record,
        cast.pia.id,
        scope=Scope.READ,
        relation="parent",
    )

    for who in (cast.pia, cast.cara, cast.sam):
        times.do(actions.release, times.hold(kind, at(9), who), who)
    for who in (cast.ben, cast.dov, cast.ivy, cast.max):
        with pytest.raises(NotFound):
            times.hold(kind, at(9), who)
    with pytest.raises(NotFound):
        times.hold(kind, at(9), cast.pia, patient=cast.ben_record)
    with pytest.raises(NotFound):
        times.slots(kind, cast.ben)


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


@pytest.mark.feature("S3")
def test_what_is_not_for_patients_is_booked_by_the_clinic_alone(times):
    times.hours()
    kind = times.kind(bookable_by_patients=False, notice_minutes=60 * 24 * 5)

    for who in (times.world.cast.ada, times.world.cast.pia):
        with pytest.raises(NotFound):
            times.hold(kind, at(9), who)
    assert times.hold(kind, at(9), times.world.cast.cara)


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


def test_who_left_the_clinic_is_not_offered(times, kind):
    eve = engage("eve", "clinician")
    times.hours(eve)
    other = times.kind(eve, name="Talk")
    assert times.slots(other)

    door.run(accounts.end_role, WORK, eve.id, "clinician")

    assert times.slots(other) == []
