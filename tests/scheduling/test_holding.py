"""Holding, and what the database refuses: nobody is in two places at a time."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from patients import actions as patients
from portal.kernel import clock, door
from scheduling import actions, selectors, tasks
from scheduling.errors import (
    ExtendedAlready,
    HoldOver,
    NotBooked,
    SlotTaken,
    TooManyHolds,
)
from scheduling.models import (
    Appointment,
    Change,
    Claim,
    State,
)
from tests.cast import WORK, chart_of
from tests.harness.write_guard import guard
from tests.patients.evidence import BOTH, events
from tests.scheduling.world import at

pytestmark = pytest.mark.django_db(databases=BOTH)
FAR = timedelta(days=3)


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
        Claim.objects.create(appointment=first, **same, **beside)
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
