"""Where to look for a patient whose name is sealed: drawers under a key, many people in each.

A drawer is one byte of a keyed digest, of how a name begins, of a day of birth or of a record
number. It narrows a search to about one record in 256; what is found is decided by opening those.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from patients.models import Mark, Patient
from patients.ports import Chart, PersonName
from patients.texts import head, number, words
from portal.crypto import blind

MARKS = "patients.marks.v1"
MARKED = 1
"""The version of marks that records are to have."""
MOST_OPENED = 2_000


def name_words(name: PersonName, preferred: str = "") -> list[str]:
    """Every word that a patient may be called by."""
    return words(" ".join((name.text, *name.given, name.family, preferred)))


def marks_of(chart: Chart) -> set[int]:
    """The drawers that a record with this chart lies in."""
    called = name_words(chart.name, chart.preferred_name)
    kinds = [_drawer("name", head(word)) for word in called]
    if chart.born:
        kinds.append(_drawer("born", chart.born))
    if chart.mrn:
        kinds.append(_drawer("number", number(chart.mrn)))
    return {*kinds}


def among_names(found: "QuerySet[Patient]", asked: list[str]) -> "QuerySet[Patient]":
    """Of these, whose names may begin with these words."""
    return _in_drawers(found, [_drawer("name", head(word)) for word in asked])


def among_numbers(found: "QuerySet[Patient]", asked: str) -> "QuerySet[Patient]":
    """Of these, whose record number this may be."""
    return _in_drawers(found, [_drawer("number", number(asked))])


def among_born(found: "QuerySet[Patient]", day: date) -> "QuerySet[Patient]":
    """Of these, who may be born on this day."""
    return _in_drawers(found, [_drawer("born", day.isoformat())])


def unmarked(limit: int) -> list[UUID]:
    """Records without the marks of today, the oldest first."""
    old = Patient.objects.filter(marked__lt=MARKED).order_by("pk")
    return list(old.values_list("pk", flat=True)[:limit])


def _drawer(kind: str, value: str) -> int:
    return blind.index(f"{MARKS}.{kind}", value)[0]


def _in_drawers(found: "QuerySet[Patient]", drawers: Iterable[int]) -> "QuerySet[Patient]":
    for drawer in {*drawers}:
        found = found.filter(pk__in=Mark.objects.filter(value=drawer).values("patient"))
    return found.order_by("pk")
