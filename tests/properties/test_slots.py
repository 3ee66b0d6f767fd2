"""What is offered, held against an oracle that asks the wall of every five minutes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from scheduling import slots
from scheduling.slots import Ask, Hold, Rules, Span, Timetable, Window

pytestmark = [
    pytest.mark.pure,
    pytest.mark.feature("S1"),
    pytest.mark.feature("S4"),
    pytest.mark.feature("S19"),
]

STEP = timedelta(minutes=5)
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Asia/Kathmandu": (date(2026, 5, 1),),
    "Pacific/Apia": (date(2011, 12, 30), date(2012, 4, 1)),
    "America/St_Johns": (date(2026, 3, 8), date(2026, 11, 1)),
    "Africa/Casablanca": (date(2026, 2, 15), date(2026, 3, 22)),
    "Pacific/Chatham": (date(2026, 4, 5), date(2026, 9, 27)),
    "Asia/Beirut": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/Havana": (date(2026, 3, 8), date(2026, 11, 1)),
    "UTC": (date(2026, 7, 1),),
}
"""Days on which these clocks change, some at midnight; and one that Samoa left out."""


def wall(at, zone):
    """The date and the minute of the day that the wall shows, asked of the zone itself."""
    there = at.astimezone(ZoneInfo(zone))
    return there.date(), there.hour * 60 + there.minute


class Oracle:
    """The same rules, said once more without any of the cleverness."""

    def __init__(self, rules, taken, ask):
        self.rules, self.taken, self.ask = rules, taken, ask

    def shown_by(self, at):
        """The windows that are open at this instant, and how long the wall has shown so."""
        for window in self.rules.windows:
            day, shown = wall(at, window.zone)
            ends = window.valid_to or date.max
            if (
                window.valid_from <= day <= ends
                and day.weekday() == window.weekday
                and window.opens <= shown < window.closes
            ):
                yield shown - window.opens

    def within(self, at, spans):
        """True if one of these spans holds any of the five minutes from here."""
        begins = slots.minute(at)
        return any(span.begins < begins + 5 and span.ends > begins for span in spans)

    def whole(self, at, spans):
        """True if one of these spans holds all of the five minutes from here."""
        begins = slots.minute(at)
        return any(span.begins <= begins and begins + 5 <= span.ends for span in spans)

    def is_open(self, at):
        """True if somebody may be seen for five minutes from here."""
        rules = self.rules
        if self.within(at, rules.absences):
            return False
        if self.whole(at, rules.openings):
            return True
        return any(True for _ in self.shown_by(at)) and not self.within(at, rules.closures)

    def begins(self, at):
        """True if a visit may begin here at all."""
        every = self.ask.every
        if any(since % every == 0 for since in self.shown_by(at)):
            return True
        return any(
            span.begins <= slots.minute(at) < span.ends
            and (slots.minute(at) - -(-span.begins // 5) * 5) % every == 0
            for span in self.rules.openings
        )

    def offers(self, at):
        """True if this is offered."""
        ask, begins = self.ask, slots.minute(at)
        if not ask.earliest <= begins < ask.latest or not self.begins(at):
            return False
        visit = [at + STEP * n for n in range(ask.minutes // 5)]
        around = Span(begins - ask.before, begins + ask.minutes + ask.after)
        return (
            all(map(self.is_open, visit))
            and not any(s.begins < around.ends and s.ends > around.begins for s in self.taken)
            and not any(s.begins < begins + ask.minutes and s.ends > begins for s in ask.also_taken)
        )


@some.composite
def asks(draw, noon, span):
    """What is looked for around noon."""
    now = slots.instant(noon - 5000)
    return Ask(
        minutes=draw(some.sampled_from([5, 15, 30, 45, 90])),
        before=draw(some.sampled_from([0, 5, 15])),
        after=draw(some.sampled_from([0, 10, 30])),
        every=draw(some.sampled_from([5, 15, 20, 45, 60])),
        earliest=noon + draw(some.sampled_from([-2200, -2200, -703, 11])),
        latest=noon + draw(some.sampled_from([2200, 2200, 707])),
        now=now,
        also_taken=tuple(span() for _ in range(draw(some.integers(0, 2)))),
    )


@some.composite
def scenes(draw):
    """A zone, one of its change days, and rules, visits and wishes around it."""
    zone = draw(some.sampled_from(sorted(CHANGES)))
    day = draw(some.sampled_from(CHANGES[zone]))
    noon = slots.minute(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)) // 5 * 5
    minutes = some.integers(0, 287).map(lambda n: 5 * n)

    def window():
        # Clocks change at night, so windows that begin there are drawn more often.
        opens = draw(minutes | some.integers(0, 48).map(lambda n: 5 * n))
        closes = draw(some.integers(opens // 5 + 1, 288)) * 5
        near = draw(some.integers(-2, 2))
        weekday = (day + timedelta(days=draw(some.integers(-1, 1)))).weekday()
        valid_to = draw(some.sampled_from([None, day + timedelta(days=near)]))
        valid_from = draw(some.sampled_from([day - timedelta(days=30), day]))
        if valid_to is not None and valid_to < valid_from:
            valid_to = None
        where = draw(some.sampled_from([zone, zone, zone, "Europe/Berlin", "Asia/Kathmandu"]))
        return Window(weekday, opens, closes, where, valid_from, valid_to)

    def span(grid=1):
        begins = noon + draw(some.integers(-2000, 2000)) // grid * grid
        return Span(begins, begins + draw(some.integers(1, 120)) * grid)

    several = some.integers(0, 2)
    rules = Rules(
        tuple(window() for _ in range(draw(some.integers(1, 4)))),
        tuple(span() for _ in range(draw(several))),
        tuple(span() for _ in range(draw(several))),
        tuple(span() for _ in range(draw(several))),
    )
    taken = [span(5) for _ in range(draw(some.integers(0, 4)))]
    ask = draw(asks(noon, span))
    return noon, rules, taken, ask


@given(scenes())
@settings(max_examples=200)
def test_the_offers_are_those_of_the_oracle(scene):
    noon, rules, taken, ask = scene
    base, until = (noon - 5760) // 1440 * 1440, (noon + 7200) // 1440 * 1440
    table = Timetable(rules, base, until, taken)
    oracle = Oracle(rules, taken, ask)

    told = set(slots.offers(table, ask))
    asked = range(noon - 2400, noon + 2400, 5)

    assert told == {at for at in asked if oracle.offers(slots.instant(at))}


@given(scenes())
@settings(max_examples=60)
def test_what_is_offered_is_accepted_and_nothing_else(scene):
    noon, rules, taken, ask = scene
    base, until = (noon - 5760) // 1440 * 1440, (noon + 7200) // 1440 * 1440
    table = Timetable(rules, base, until, taken)

    told = set(slots.offers(table, ask))

    for at in range(noon - 2400, noon + 2400):
        assert slots.is_offered(table, ask, at) == (at in told)
        if at % 35 == 0:
            assert (slots.why_not(table, ask, at) == "") == (at in told)
    assert slots.first_offers(table, ask, 3) == sorted(told)[:3]


@given(scenes(), some.integers(-60, 60))
@settings(max_examples=60)
def test_a_hold_is_taken_until_it_is_over(scene, early):
    noon, rules, taken, ask = scene
    base, until = (noon - 5760) // 1440 * 1440, (noon + 7200) // 1440 * 1440
    ends_at = ask.now + timedelta(seconds=early)
    holds = [Hold(span.begins, span.ends, ends_at) for span in taken]

    told = set(slots.offers(Timetable(rules, base, until, [], holds), ask))

    as_if = Timetable(rules, base, until, taken if early > 0 else [])
    assert told == set(slots.offers(as_if, ask))


@given(some.sampled_from(sorted(CHANGES)), some.integers(-1, 1), some.integers(0, 1439))
@example("Europe/Berlin", 0, 150)
@settings(max_examples=200)
def test_a_wall_time_is_every_instant_at_which_the_wall_shows_it(zone, off, shown):
    for change in CHANGES[zone]:
        day = change + timedelta(days=off)
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (what a wall shows)

        found = slots.wall_times(midnight + timedelta(minutes=shown), zone)

        first = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
        asked = (first + timedelta(minutes=n) for n in range(shown, shown + 56 * 60, 1))
        assert found == [at for at in asked if wall(at, zone) == (day, shown)]


@pytest.mark.parametrize(("day", "n"), [(7, 6), (8, 5), (32, 7)])
def test_six_hours_of_night_are_five_in_spring_and_seven_in_autumn(day, n):
    day = date(2026, 3, 8) if day == 8 else date(2026, 11, 1) if day == 32 else date(2026, 3, 7)
    rules = Rules((Window(day.weekday(), 0, 360, "America/New_York", day, day),))
    base = slots.minute(datetime(day.year, day.month, day.day, tzinfo=UTC)) - 1440
    ask = Ask(60, 0, 0, 60, base, base + 4320, slots.instant(base))

    assert len(list(slots.offers(Timetable(rules, base, base + 4320, []), ask))) == n


def test_midnight_may_be_the_end_and_the_next_day_goes_on():
    day = date(2026, 6, 1)
    rules = Rules(
        (
            Window(0, 1380, 1440, "Europe/Berlin", day),
            Window(1, 0, 60, "Europe/Berlin", day),
        )
    )
    base = slots.minute(datetime(2026, 6, 1, tzinfo=UTC))
    ask = Ask(90, 0, 0, 30, base, base + 2880, slots.instant(base))

    found = list(slots.offers(Timetable(rules, base, base + 2880, []), ask))

    assert [slots.wall_of(slots.instant(at), "Europe/Berlin") for at in found] == [
        "2026-06-01T23:00",
        "2026-06-01T23:30",
    ]


def test_a_search_for_sixty_days_is_a_few_operations_on_one_number():
    day = date(2026, 6, 1)
    rules = Rules(tuple(Window(n, 480, 1080, "Europe/Berlin", day) for n in range(5)))
    base = slots.minute(datetime(2026, 6, 1, tzinfo=UTC))
    table = Timetable(rules, base, base + 60 * 1440, [])
    ask = Ask(30, 0, 0, 30, base, base + 60 * 1440, slots.instant(base))

    assert slots.free_starts(table, ask).bit_count() == 20 * 44
    with pytest.raises(ValueError, match="grid"):
        Timetable(rules, base + 1, base + 1440, [])
