"""Weekly hours, exceptions, kinds of visits: kept as they were meant, by those who may."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from patients.ports import DemoClinic
from portal.kernel import clock, door
from portal.kernel.errors import BadInput, NotFound
from portal.kernel.ids import new_id
from scheduling import actions, selectors
from scheduling.errors import CommandReused, HoursRefused, VisitTypeRefused, ZoneUnknown
from scheduling.management.scene import play
from scheduling.models import Appointment, Hours, Offering, TimeException, VisitType
from tests.cast import engage
from tests.patients.evidence import BOTH
from tests.scheduling.world import at, tomorrow

pytestmark = pytest.mark.django_db(databases=BOTH)
DAY = timedelta(days=1)


def shape(person):
    return [
        (row.weekday, row.opens_minute, row.closes_minute, row.valid_from, row.valid_to)
        for row in selectors.hours_of(person)
    ]


def begun(times, kind, zone="Europe/Berlin", **given):
    """What the wall shows at each offer."""
    found = times.slots(kind, times.world.cast.sam, **given)
    return [slot.starts_at.astimezone(ZoneInfo(zone)).strftime("%d %H:%M") for slot in found]


@pytest.mark.feature("S1")
def test_new_hours_cut_what_held_before_and_leave_the_rest(times):
    cara = times.world.cast.cara
    first = date(2027, 1, 1)
    times.hours(cara, (540, 600), days=[0], valid_from=first)
    times.hours(cara, (60, 120), days=[2], valid_from=first + 10 * DAY, valid_to=first + 19 * DAY)

    assert shape(cara.id) == [
        (0, 540, 600, first, first + 9 * DAY),
        (2, 60, 120, first + 10 * DAY, first + 19 * DAY),
        (0, 540, 600, first + 20 * DAY, None),
    ]
    times.hours(cara, (0, 1440), days=[6], valid_from=first)
    assert shape(cara.id) == [(6, 0, 1440, first, None)]


@pytest.mark.feature("S1")
def test_hours_are_wall_time_across_a_change_of_clocks(times):
    with clock.frozen(datetime(2027, 10, 27, 8, tzinfo=UTC)):
        times.hours(None, (540, 600), (1380, 1440))
        kind = times.kind(minutes=60, step_minutes=60)

        sunday = {"first": date(2027, 10, 30), "days": 2}
        sam = times.world.cast.sam
        found = begun(times, kind, **sunday)
        instants = [slot.starts_at.hour for slot in times.slots(kind, sam, **sunday)]

    assert found == [f"{day} {hour}" for day in (30, 31) for hour in ("09:00", "23:00")]
    assert instants == [7, 21, 8, 22]


@pytest.mark.feature("S1")
@pytest.mark.feature("S19")
def test_a_clinician_elsewhere_keeps_hours_on_their_own_wall(times):
    times.hours(None, (540, 600), zone="America/New_York")
    kind = times.kind(minutes=60)

    assert {each[3:] for each in begun(times, kind, "America/New_York", days=3)} == {"09:00"}
    assert {each[3:] for each in begun(times, kind, days=3)} <= {"15:00", "14:00"}


@pytest.mark.feature("S1")
def test_hours_that_cannot_be_kept_are_refused(times):
    cara, sam = times.world.cast.cara, times.world.cast.sam.actor

    def kept(*windows, zone="", valid_to=None):
        given = {"valid_from": tomorrow(), "valid_to": valid_to, "zone": zone}
        door.run(actions.set_hours, sam, cara.id, windows, command_id=new_id(), **given)

    for window in ((0, 600, 600), (0, 601, 700), (7, 0, 60), (0, -5, 60), (0, 0, 1445)):
        with pytest.raises(HoursRefused):
            kept(window)
    with pytest.raises(HoursRefused):
        kept((0, 0, 60), valid_to=tomorrow() - DAY)
    with pytest.raises(ZoneUnknown):
        kept((0, 0, 60), zone="Europe/Bielefeld")
    assert not Hours.objects.exists()


@pytest.mark.feature("S1")
@pytest.mark.feature("S2")
def test_who_keeps_whose_hours(times):
    cast = times.world.cast
    times.hours(cast.cara, by=cast.cara)
    times.hours(cast.cara, by=cast.sam)

    span = _wall(8), _wall(9)
    for who in (cast.dov, cast.ada, cast.ivy, cast.max):
        with pytest.raises(NotFound):
            times.hours(cast.cara, by=who)
        for person in (cast.cara.id, None):
            with pytest.raises(NotFound):
                door.run(actions.add_absence, who.actor, person, *span, command_id=new_id())
    with pytest.raises(NotFound):
        times.hours(cast.ada)
    with pytest.raises(NotFound):
        door.run(actions.add_absence, cast.cara.actor, None, *span, command_id=new_id())
    made = door.run(actions.add_absence, cast.cara.actor, cast.cara.id, *span, command_id=new_id())
    with pytest.raises(NotFound):
        door.run(actions.remove_exception, cast.dov.actor, made.pk, command_id=new_id())


def _wall(hour, minute=0):
    return at(hour, minute).astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)


@pytest.mark.feature("S2")
def test_absences_openings_and_closures_each_have_their_rank(times):
    cast = times.world.cast
    sam, cara = cast.sam.actor, cast.cara.id
    times.hours(None, (540, 660))
    kind = times.kind(minutes=30, step_minutes=30)

    def add(action, person, *span):
        door.run(action, sam, person, *map(_wall, span), command_id=new_id())

    assert len(begun(times, kind, days=1)) == 4
    add(actions.add_absence, None, 9, 11)
    assert begun(times, kind, days=1) == []
    add(actions.add_opening, cara, 10, 12)
    assert [each[3:] for each in begun(times, kind, days=1)] == ["10:00", "10:30", "11:00", "11:30"]
    add(actions.add_absence, cara, 11, 12)
    assert [each[3:] for each in begun(times, kind, days=1)] == ["10:00", "10:30"]


@pytest.mark.feature("S2")
def test_an_absence_names_those_whom_it_leaves_in_the_lurch_and_moves_nobody(times):
    kind = times.open()
    row = times.book(kind, at(9))
    cara = times.world.cast.cara

    made = door.run(
        actions.add_absence, cara.actor, cara.id, _wall(8), _wall(10), command_id=new_id()
    )

    left = selectors.booked_within(cara.id, made.starts_at, made.ends_at)
    assert [each.pk for each in left] == [row.pk]
    assert (made.wall_start[-5:], made.wall_end[-5:]) == ("08:00", "10:00")


@pytest.mark.feature("S19")
def test_an_exception_in_a_gap_begins_with_the_change_and_one_in_an_overlap_takes_both(times):
    cara = times.world.cast.cara

    def spans(*walls):
        made = door.run(actions.add_absence, cara.actor, cara.id, *walls, command_id=new_id())
        return made.starts_at.strftime("%H:%M"), made.ends_at.strftime("%H:%M")

    gap, twice = datetime(2027, 3, 28, 2, 30), datetime(2027, 10, 31, 2, 30)  # noqa: DTZ001
    assert spans(gap, gap.replace(hour=4)) == ("01:00", "02:30")
    assert spans(twice, twice.replace(minute=45)) == ("00:30", "01:45")


@pytest.mark.feature("S2")
def test_exceptions_that_make_no_sense_are_refused(times):
    cara = times.world.cast.cara

    def add(starts, ends, **given):
        door.run(
            actions.add_absence, cara.actor, cara.id, starts, ends, command_id=new_id(), **given
        )

    for starts, ends, given, refusal in (
        (_wall(10), _wall(10), {}, HoursRefused),
        (_wall(10), _wall(9), {}, HoursRefused),
        (at(9), at(10), {}, BadInput),
        (_wall(9), _wall(10), {"occasion": "tired of it all"}, BadInput),
        (_wall(9), _wall(10), {"zone": "Nowhere"}, ZoneUnknown),
    ):
        with pytest.raises(refusal):
            add(starts, ends, **given)
    assert not TimeException.objects.exists()


@pytest.mark.feature("S3")
def test_a_kind_of_visit_makes_sense_or_is_refused(times):
    for rules in (
        {"minutes": 7},
        {"minutes": 0},
        {"name": "  "},
        {"name": "x" * 81},
        {"by_video": False},
        {"before_minutes": 3},
        {"horizon_days": 0},
        {"bookable_by_patients": "yes"},
        {"colour": 1},
    ):
        with pytest.raises(VisitTypeRefused):
            times.kind(**rules)
    assert not VisitType.objects.exists()


@pytest.mark.feature("S3")
def test_a_kind_is_changed_and_withdrawn_and_booked_visits_stay(times):
    cast = times.world.cast
    kind = times.open()
    row = times.book(kind, at(9))

    def define(actor, **rules):
        given: dict[str, Any] = {"name": "Longer", "minutes": 45, "command_id": new_id()} | rules
        return door.run(actions.define_visit_type, actor, kind.pk, **given)

    changed = define(cast.sam.actor, by_phone=True)
    assert (changed.pk, changed.modes) == (kind.pk, ("video", "phone"))
    row.refresh_from_db()
    assert row.ends_at - row.starts_at == timedelta(minutes=30)
    for who in (cast.cara, cast.ada, cast.max):
        with pytest.raises(NotFound):
            define(who.actor)
    off: dict[str, Any] = {"is_offered": False, "command_id": new_id()}
    for _ in range(2):
        door.run(actions.offer_type, cast.sam.actor, cast.cara.id, kind.pk, **off)
    assert not Offering.objects.exists()
    assert selectors.offered_types(cast.ada.actor, for_staff=False) == []
    with pytest.raises(CommandReused):
        define(cast.sam.actor, command_id=off["command_id"])


@pytest.mark.feature("S3")
@pytest.mark.feature("S4")
def test_the_demo_is_furnished_once_and_filled_again(cast, times):
    keys = {"becker": cast.sam, "okafor": cast.cara, "lindqvist": cast.dov}
    people = {key: each.id for key, each in keys.items()} | {"demir": engage("eve", "clinician").id}
    clinic = DemoClinic(people, {"ada": cast.ada_record, "imani": cast.ben_record})

    with clock.moved(by=timedelta(days=31)):
        play(clinic)
        play(clinic)

        past = Appointment.objects.filter(starts_at__lt=clock.now()).count()
    n = Appointment.objects.count()
    assert (n, past) == (4, 1)
    assert VisitType.objects.count() == 4
    with clock.moved(by=timedelta(days=42)):
        play(clinic)
    assert Appointment.objects.count() > n
    assert VisitType.objects.count() == 4
    play(DemoClinic())
