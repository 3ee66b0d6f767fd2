"""Many at once want overlapping times: one gets it, nothing is lost, nobody waits in a circle.

A slice of five rounds; `tests.campaigns.bookings` has all of them. Real threads, both engines.
"""

from datetime import timedelta

import pytest

from patients import actions as patients
from portal.kernel import clock, door
from portal.kernel.ids import new_id
from scheduling import actions
from scheduling.errors import NotOffered, SlotTaken, TooManyHolds
from scheduling.models import Appointment, State
from scheduling.slots import minute
from tests.cast import WORK, chart_of
from tests.harness.write_guard import guard
from tests.patients.evidence import BOTH
from tests.scheduling.crowds import (
    at_once,
    booked_in,
    booked_without_the_constraint,
    deadlocks,
    overlaps,
    strays,
)
from tests.scheduling.world import at, tomorrow

ROUNDS = 5
THREADS = 40

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.races,
    pytest.mark.timeout(1200),
]


def is_sound():
    """Every appointment has its claims and no others, and no two overlap."""
    assert overlaps() == 0
    assert strays() == 0
    return True


def patients_of(n):
    """So many more patients, without an account."""
    return [door.run(patients.register_patient, WORK, chart_of(f"p{k}")).pk for k in range(n)]


@pytest.fixture
def kind(times):
    """Half-hour visits that may begin every five minutes."""
    times.hours()
    return times.kind(step_minutes=5)


@pytest.mark.feature("S6")
def test_of_forty_that_want_overlapping_times_one_gets_it(times, kind):
    everybody, sam = patients_of(THREADS), times.world.cast.sam
    before = deadlocks()

    for n in range(ROUNDS):
        day = tomorrow() + timedelta(days=n % 20)

        def wish(k, day=day):
            # Any two of these overlap, and no two calendars of patients are the same.
            starts_at = at(10, 5 * (k % 6), day=day)
            return lambda: times.hold(kind, starts_at, sam, patient=everybody[k])

        told = at_once(*map(wish, range(THREADS)))

        won = [each for each in told if isinstance(each, Appointment)]
        assert len(won) == 1, told
        assert {type(each) for each in told} == {Appointment, SlotTaken}
        assert is_sound()
        times.do(actions.release, won[0], sam)
    assert deadlocks() == before


@pytest.mark.feature("S6")
def test_one_patient_who_wants_two_clinicians_at_once_gets_one(times):
    cast = times.world.cast
    times.hours()
    times.hours(cast.dov)
    kind = times.kind(cast.cara, cast.dov, step_minutes=5)

    for n in range(ROUNDS):
        day = tomorrow() + timedelta(days=n % 20)
        wishes = [
            lambda k=k, who=who, day=day: times.hold(
                kind, at(10, 5 * k, day=day), cast.sam, patient=cast.ben_record, clinician=who
            )
            for k in range(5)
            for who in (cast.cara, cast.dov)
        ]

        told = at_once(*wishes)

        won = [each for each in told if isinstance(each, Appointment)]
        assert len(won) == 1
        assert is_sound()
        times.do(actions.release, won[0], cast.sam)


@pytest.mark.feature("S5")
@pytest.mark.feature("S6")
def test_an_expired_hold_goes_to_one_of_many(times, kind):
    everybody, sam = patients_of(8), times.world.cast.sam
    times.hold(kind, at(10))
    before = deadlocks()

    with clock.moved(by=timedelta(minutes=6)):
        told = at_once(
            *(lambda one=one: times.hold(kind, at(10, 15), sam, patient=one) for one in everybody),
            lambda: door.run(actions.sweep_holds, WORK),
        )

    assert sum(isinstance(each, Appointment) for each in told) == 1
    assert Appointment.objects.filter(state=State.EXPIRED).count() == 1
    assert is_sound()
    assert deadlocks() == before


@pytest.mark.feature("S7")
def test_moves_into_each_others_times_lose_nothing(times, kind):
    sam, (one, other) = times.world.cast.sam, patients_of(2)
    before = deadlocks()

    for n in range(ROUNDS):
        day = tomorrow() + timedelta(days=n % 20)
        first = times.book(kind, at(9, day=day), sam, patient=one)
        second = times.book(kind, at(10, day=day), sam, patient=other)

        told = at_once(
            lambda day=day, row=first: times.move(row, at(10, day=day), sam),
            lambda day=day, row=second: times.move(row, at(9, day=day), sam),
            lambda day=day, row=first: times.move(row, at(10, 20, day=day), sam),
            lambda day=day, row=second: times.move(row, at(9, 10, day=day), sam),
        )

        assert {type(each) for each in told} <= {Appointment, SlotTaken}
        for row in (first, second):
            row.refresh_from_db()
            assert row.state == State.BOOKED
        assert is_sound()
        for row in (first, second):
            times.cancel(row, sam)
    assert deadlocks() == before


@pytest.mark.feature("S7")
def test_one_patient_moves_two_of_their_own_into_each_other(times):
    cast = times.world.cast
    times.hours()
    times.hours(cast.dov)
    kind = times.kind(cast.cara, cast.dov, step_minutes=5, before_minutes=10, after_minutes=10)
    before, ben = deadlocks(), cast.ben_record

    for n in range(ROUNDS):
        day = tomorrow() + timedelta(days=n % 20)
        first = times.book(kind, at(9, 30, day=day), cast.sam, patient=ben)
        second = times.book(kind, at(11, day=day), cast.sam, clinician=cast.dov, patient=ben)

        told = at_once(
            lambda day=day, row=first: times.move(row, at(10, 45, day=day), cast.sam),
            lambda day=day, row=second: times.move(row, at(9, 45, day=day), cast.sam),
            lambda day=day: times.hold(kind, at(10, 5, day=day), cast.sam, patient=ben),
            lambda row=first: times.cancel(row, cast.sam),
        )

        assert is_sound(), told
        for row in Appointment.objects.filter(state__in=["booked", "held"]):
            end = actions.cancel if row.state == State.BOOKED else actions.release
            more = {"why": "mistake"} if row.state == State.BOOKED else {}
            times.do(end, row, cast.sam, **more)
    assert deadlocks() == before


@pytest.mark.feature("S5")
def test_one_command_forty_times_is_one_hold(times, kind):
    command = new_id()

    told = at_once(*[lambda: times.hold(kind, at(9), command=command)] * THREADS)

    assert {each.pk for each in told} == {Appointment.objects.get().pk}
    assert is_sound()


@pytest.mark.feature("S5")
def test_the_limit_of_holds_is_kept_by_many_at_once(times, kind):
    told = at_once(
        *(lambda n=n: times.hold(kind, at(9, 30 * n % 60)) for n in range(2)),
        *(lambda n=n: times.hold(kind, at(13 + n, 0)) for n in range(4)),
    )

    assert sum(isinstance(each, Appointment) for each in told) == 3
    assert {type(each) for each in told} <= {Appointment, TooManyHolds, NotOffered}


@pytest.mark.feature("S5")
def test_the_limit_of_holds_is_kept_across_clinicians_and_patients(times):
    """None of these share a calendar but two by two: it is the one who holds that they share."""
    cast = times.world.cast
    both, everybody = (cast.cara, cast.dov), patients_of(15)
    for each in both:
        times.hours(each)
    kind = times.kind(*both)
    first = [times.hold(kind, at(9), cast.sam, patient=everybody[0])]
    first += [
        times.hold(kind, at(9, 0, day=tomorrow() + timedelta(days=n)), cast.sam, patient=who)
        for n, who in enumerate(everybody[1:11], start=1)
    ]

    for n in range(ROUNDS):
        day = tomorrow() + timedelta(days=n)
        told = at_once(
            *(
                lambda who=who, n=n, day=day: times.hold(
                    kind, at(14, day=day), cast.sam, patient=everybody[12 + n], clinician=who
                )
                for n, who in enumerate(both)
            )
        )
        won = [each for each in told if isinstance(each, Appointment)]
        assert (len(first), len(won)) == (11, 1), told
        assert {type(each) for each in told} == {Appointment, TooManyHolds}
        times.do(actions.release, won[0], cast.sam)


@pytest.mark.feature("S6")
def test_without_the_constraint_check_and_insert_doubles_with_it_it_does_not(times, kind):
    """The twin of the table shows that the race is there, and that the table itself ends it."""
    row = times.book(kind, at(9))
    free = minute(at(14))

    with guard.disarmed("a twin table, and the race that actions do not run"):
        assert booked_without_the_constraint(row.clinician_id, row.pk, free) == 8
        assert booked_in("scheduling_claim", row.clinician_id, row.pk, free) == 1
