"""Finding times: what is offered can be held, by those who may, and nothing else."""

from datetime import timedelta

import pytest

from patients import actions as patients
from patients.models import Scope
from portal.accounts import actions as accounts
from portal.kernel import clock, door
from portal.kernel.errors import BadInput, NotFound, Refusal
from portal.kernel.ids import new_id
from scheduling import actions, selectors
from scheduling.errors import (
    NotOffered,
    ZoneUnknown,
)
from tests.cast import WORK, engage
from tests.patients.evidence import BOTH
from tests.scheduling.rows import everything, wall
from tests.scheduling.world import at

pytestmark = pytest.mark.django_db(databases=BOTH)
FAR = timedelta(days=3)


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
        wall(0),
        wall(12),
        occasion="closed",
        command_id=new_id(),
    )
    assert n() == 15
    door.run(actions.add_opening, cast.sam.actor, cara, wall(8), wall(9), command_id=new_id())
    assert n() == 18
    door.run(actions.remove_exception, cast.sam.actor, shut.pk, command_id=new_id())
    assert n() == 15 + 15
    times.hours(None, (540, 600))
    assert n() == 3 + 4


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


@pytest.mark.feature("S3")
def test_what_is_not_for_patients_is_booked_by_the_clinic_alone(times):
    times.hours()
    kind = times.kind(bookable_by_patients=False, notice_minutes=60 * 24 * 5)

    for who in (times.world.cast.ada, times.world.cast.pia):
        with pytest.raises(NotFound):
            times.hold(kind, at(9), who)
    assert times.hold(kind, at(9), times.world.cast.cara)


def test_who_left_the_clinic_is_not_offered(times, kind):
    eve = engage("eve", "clinician")
    times.hours(eve)
    other = times.kind(eve, name="Talk")
    assert times.slots(other)

    door.run(accounts.end_role, WORK, eve.id, "clinician")

    assert times.slots(other) == []
