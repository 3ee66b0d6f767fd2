"""Looking for a patient by name, day of birth or record number, though names are sealed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from patients import policy, selectors
from patients.models import KEY_PURPOSE, Patient
from patients.ports import Chart, age_on, born_on
from patients.readings.lines import unsealed
from patients.texts import fits, number, words
from patients.vocabulary import Event
from portal.accounts.errors import NotAllowed
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.keycache import KeyName
from portal.kernel import clock
from portal.kernel.actor import Actor

SHOWN = 25


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What somebody looks for: words of a name or a record number, a day of birth, or both."""

    text: str = ""
    born: date | None = None

    @property
    def words(self) -> list[str]:
        """The words of the name."""
        return words(self.text)

    @property
    def is_nothing(self) -> bool:
        """True if there is nothing to look for."""
        return not self.words and self.born is None


@dataclass(frozen=True, slots=True, repr=False)
class DirectoryLine:
    """One patient in the directory."""

    id: UUID
    name: str
    preferred_name: str
    born_on: date | None
    born: str
    age: int | None
    mrn: str
    has_account: bool
    has_died: bool


@dataclass(frozen=True, slots=True, repr=False)
class DirectoryPage:
    """Who was found, and whether there are more than are shown."""

    found: list[DirectoryLine] | None
    has_more: bool
    may_arrange: bool
    may_register: bool


def directory(actor: Actor) -> DirectoryPage:
    """The page before anybody was looked for. Those who treat see the first of their own.

    Raises NotAllowed. Records: PATIENTS_LOOKED_FOR where somebody is shown.
    """
    if not policy.may_look_for_patients(actor):
        raise NotAllowed
    if actor.has_role(*policy.ARRANGING):
        return _page(actor, None)
    mine = policy.findable_patients(actor).order_by("-created_at", "-pk")
    return _shown(actor, [*_opened(mine)], "name")


def look_for(actor: Actor, asked: Asked) -> DirectoryPage:
    """Whom the actor may find and who fits, by name. Raises NotAllowed.

    Records: PATIENTS_LOOKED_FOR, which names those who are shown.
    """
    if not policy.may_look_for_patients(actor):
        raise NotAllowed
    found = fitting(policy.findable_patients(actor), asked)
    return _shown(actor, found, _way(asked))


def look_for_review(actor: Actor, asked: Asked) -> DirectoryPage:
    """The same for those who review the log: everybody, to be chosen as whose entries to see.

    Raises NotAllowed. Records: PATIENTS_LOOKED_FOR.
    """
    if not policy.may_review(actor):
        raise NotAllowed
    return _shown(actor, fitting(policy.reviewable_patients(actor), asked), _way(asked))


def fitting(rows: "QuerySet[Patient]", asked: Asked) -> list[tuple[Patient, Chart]]:
    """Those of these records that fit, opened. Whoever shows one leaves the entry."""
    return [each for each in _opened(_candidates(rows, asked)) if _fits(asked, each[1])]


def same_person(actor: Actor, chart: Chart) -> list[DirectoryLine]:
    """Records with the name and the day of birth of this chart: perhaps the same person.

    Raises NotAllowed. Records: PATIENTS_LOOKED_FOR.
    """
    if not policy.may_register_patients(actor):
        raise NotAllowed
    asked = Asked(chart.name.shown, born_on(chart.born))
    if asked.born is None:
        return []
    found = fitting(policy.findable_patients(actor), asked)
    twins = [each for each in found if each[1].born == chart.born]
    return _shown(actor, twins, "both").found or []


def refuse_unless_registering(actor: Actor) -> None:
    """Raises NotAllowed for whoever does not open records."""
    if not policy.may_register_patients(actor):
        raise NotAllowed


def _candidates(rows: "QuerySet[Patient]", asked: Asked) -> "QuerySet[Patient]":
    found = rows
    if asked.words:
        by_name = selectors.among_names(rows, asked.words)
        found = by_name | selectors.among_numbers(rows, asked.text)
    if asked.born:
        found = found.filter(pk__in=selectors.among_born(rows, asked.born).values("pk"))
    return found.order_by("pk")


def _fits(asked: Asked, chart: Chart) -> bool:
    if asked.born and chart.born != asked.born.isoformat():
        return False
    if not asked.words:
        return True
    by_name = fits(asked.words, selectors.name_words(chart.name, chart.preferred_name))
    return by_name or (bool(chart.mrn) and number(chart.mrn) == number(asked.text))


def _way(asked: Asked) -> str:
    if asked.words and asked.born:
        return "both"
    if asked.born:
        return "born"
    return "number" if any(letter.isdecimal() for letter in asked.text) else "name"


def _opened(rows: "QuerySet[Patient]") -> Iterator[tuple[Patient, Chart]]:
    """These records with their charts. Whoever shows one leaves the entry."""
    some = list(rows[: selectors.MOST_OPENED])
    names = {row.pk: KeyName(row.pk, KEY_PURPOSE, row.pk) for row in some}
    opened = keys.open_data_keys(names.values())
    for row in some:
        if key := opened.get(names[row.pk]):
            yield row, unsealed(key, row)


def _shown(actor: Actor, found: list[tuple[Patient, Chart]], way: str) -> DirectoryPage:
    in_order = sorted(found, key=lambda each: each[1].name.shown.casefold())
    some = in_order[:SHOWN]
    ids = [row.pk for row, _chart in some]
    audit.record_alone(actor, Event.PATIENTS_LOOKED_FOR, patients=ids, shown=len(ids), by=way)
    today = selectors.clinic_day(clock.now())
    lines = [_line(row, chart, today) for row, chart in some]
    return _page(actor, lines, has_more=len(in_order) > SHOWN)


def _page(
    actor: Actor, found: list[DirectoryLine] | None, *, has_more: bool = False
) -> DirectoryPage:
    arranges = actor.has_role(*policy.ARRANGING)
    return DirectoryPage(found, has_more, arranges, policy.may_register_patients(actor))


def _line(row: Patient, chart: Chart, today: date) -> DirectoryLine:
    return DirectoryLine(
        id=row.pk,
        name=chart.name.shown,
        preferred_name=chart.preferred_name,
        born_on=born_on(chart.born),
        born=chart.born,
        age=None if chart.died else age_on(chart.born, today),
        mrn=chart.mrn,
        has_account=row.person_id is not None,
        has_died=bool(chart.died),
    )
