"""What birthdays do to a parent's rights."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.clocks import RANKS, Ages, Spell, birthday, grown_up, spells

pytestmark = [pytest.mark.pure, pytest.mark.feature("I9")]

BORN = date(2015, 6, 10)
AGES = Ages()
EVE_OF_14, DAY_OF_14, EVE_OF_18 = date(2029, 6, 9), date(2029, 6, 10), date(2033, 6, 9)


def of(scope="full", first=date(2026, 11, 24), last=None, ages=AGES, born=BORN):
    found = spells(born, Spell(scope, first, last), ages)
    return [(spell.scope, spell.first, spell.last) for spell in found]


def test_a_parents_rights_shrink_on_one_birthday_and_end_on_another():
    assert of() == [
        ("full", date(2026, 11, 24), EVE_OF_14),
        ("read", DAY_OF_14, EVE_OF_18),
    ]


def test_what_was_not_granted_does_not_come_with_a_birthday():
    wide = Ages(teen_scope="full")

    assert of("read") == [("read", date(2026, 11, 24), EVE_OF_18)]
    assert of("read", ages=wide) == [("read", date(2026, 11, 24), EVE_OF_18)]


def test_an_earlier_end_stands():
    assert of(last=date(2027, 1, 1)) == [("full", date(2026, 11, 24), date(2027, 1, 1))]
    assert of(last=date(2030, 1, 1))[1] == ("read", DAY_OF_14, date(2030, 1, 1))
    assert of(last=date(2050, 1, 1))[1] == ("read", DAY_OF_14, EVE_OF_18)


def test_a_clinic_may_end_it_with_the_first_birthday():
    assert of(ages=Ages(teen_scope="none")) == [("full", date(2026, 11, 24), EVE_OF_14)]
    assert of(first=DAY_OF_14, ages=Ages(teen_scope="none")) == []


def test_for_a_teenager_only_the_lesser_is_left_and_for_an_adult_nothing():
    assert of(first=DAY_OF_14) == [("read", DAY_OF_14, EVE_OF_18)]
    assert of(first=EVE_OF_18) == [("read", EVE_OF_18, EVE_OF_18)]
    assert of(first=date(2033, 6, 10)) == []


def test_a_birthday_of_a_leap_day_is_kept_in_march():
    assert birthday(date(2012, 2, 29), 14) == date(2026, 3, 1)
    assert birthday(date(2012, 2, 29), 16) == date(2028, 2, 29)


def test_somebody_is_of_age_from_the_birthday_on():
    assert not grown_up(BORN, EVE_OF_18, AGES)
    assert grown_up(BORN, EVE_OF_18 + timedelta(days=1), AGES)


@given(
    born=st.dates(date(1950, 1, 1), date(2030, 1, 1)),
    first=st.dates(date(2026, 1, 1), date(2050, 1, 1)),
    length=st.none() | st.integers(0, 10_000),
    scope=st.sampled_from(RANKS[1:]),
    ages=st.builds(
        Ages, st.integers(10, 15), st.integers(16, 21), teen_scope=st.sampled_from(RANKS)
    ),
)
def test_no_spell_is_wider_or_longer_than_was_wanted_and_none_overlap(
    born, first, length, scope, ages
):
    last = None if length is None else first + timedelta(days=length)
    found = spells(born, Spell(scope, first, last), ages)
    adult = birthday(born, ages.adult)
    teen = birthday(born, ages.teen)

    for spell in found:
        assert spell.last is not None
        assert first <= spell.first <= spell.last < adult
        assert last is None or spell.last <= last
        assert RANKS.index(spell.scope) <= RANKS.index(scope)
        if spell.last >= teen:
            assert RANKS.index(spell.scope) <= RANKS.index(ages.teen_scope)
    for one, other in pairwise(found):
        assert one.last is not None
        assert one.last < other.first
