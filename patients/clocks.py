"""What birthdays do to a parent's rights. Pure: days of the clinic's calendar in, days out."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

RANKS = ("none", "read", "correspond", "full")
PARENTAL = frozenset({"parent", "guardian"})
"""Relations whose rights come from the patient's age, not from the patient's wish."""


@dataclass(frozen=True, slots=True)
class Ages:
    """From which birthdays a parent may do less, and how much from the first on."""

    teen: int = 14
    adult: int = 18
    teen_scope: str = "read"


@dataclass(frozen=True, slots=True)
class Spell:
    """A scope from one day to another, both included; without a last day, for good."""

    scope: str
    first: date
    last: date | None = None


def birthday(born: date, years: int) -> date:
    """The day on which somebody is so many years old. Born on a leap day: the first of March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def grown_up(born: date, day: date, ages: Ages) -> bool:
    """True for somebody who is of age on that day."""
    return day >= birthday(born, ages.adult)


def spells(born: date, wanted: Spell, ages: Ages) -> list[Spell]:
    """What a parent's grant comes to, in order: less from one birthday on, nothing from another.

    No spell is longer or wider than what was wanted. Empty if nothing is left of it.
    """
    edges = (birthday(born, ages.teen), birthday(born, ages.adult))
    scopes = (wanted.scope, _lesser(wanted.scope, ages.teen_scope))
    days = (wanted.first, *(max(edge, wanted.first) for edge in edges))
    found = [
        Spell(scope, first, after - timedelta(days=1))
        for scope, (first, after) in zip(scopes, pairwise(days), strict=True)
        if first < after and scope != "none"
    ]
    return _joined([cut for spell in found if (cut := _cut(spell, wanted.last))])


def _lesser(one: str, other: str) -> str:
    return min(one, other, key=RANKS.index)


def _cut(spell: Spell, last: date | None) -> Spell | None:
    if last is None or spell.last is None or spell.last <= last:
        return spell
    return replace(spell, last=last) if spell.first <= last else None


def _joined(found: list[Spell]) -> list[Spell]:
    """Neighbours of one scope are one spell."""
    if len(found) > 1 and found[0].scope == found[1].scope:
        return [replace(found[0], last=found[1].last)]
    return found
