"""The clinic's rules as their pages show them: weekly hours, times away, kinds of visits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts.selectors import names_of
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from scheduling import policy
from scheduling.models import Hours, Offering, TimeException, VisitType
from scheduling.readings.kinds import mode_words
from scheduling.readings.times import Shown, shown, today_in


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody who keeps hours."""

    id: UUID
    name: str
    is_me: bool


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """A time in which the usual hours do not hold."""

    id: UUID
    words: str
    starts: Shown
    ends: Shown
    may_remove: bool


@dataclass(frozen=True, slots=True)
class HoursPage:
    """The week of one clinician, and what does not follow it."""

    people: list[Keeper]
    person: Keeper
    windows: list[list[tuple[int, int]]]
    keeps_any: bool
    hours_zone: str
    later: list[date]
    exceptions: list[ExceptionLine]
    may_close_clinic: bool
    today: date


@dataclass(frozen=True, slots=True)
class TypeLine:
    """A kind of visit, and who offers it."""

    row: VisitType
    ways: str
    offered_by: list[UUID]
    names: str


@dataclass(frozen=True, slots=True)
class TypesPage:
    """Every kind of visit."""

    types: list[TypeLine]
    people: list[Keeper]


def hours(actor: Actor, person_id: UUID | None) -> HoursPage:
    """The hours of this clinician; without a name one's own, or the first. Refuses NotFound."""
    people = keepers(actor)
    chosen = next((each for each in people if each.id == person_id), None)
    if chosen is None and (person_id or not people):
        raise NotFound(kind="person")
    chosen = chosen or next((each for each in people if each.is_me), people[0])
    today = today_in(settings.TIME_ZONE)
    valid = Q(valid_to=None) | Q(valid_to__gte=today)
    rows = [*Hours.objects.filter(valid, person=chosen.id).order_by("weekday", "opens_minute")]
    now = [row for row in rows if row.valid_from <= today]
    return HoursPage(
        people=people,
        person=chosen,
        windows=_week(now),
        keeps_any=bool(rows),
        hours_zone=now[0].zone if now else settings.TIME_ZONE,
        later=sorted({row.valid_from for row in rows if row.valid_from > today}),
        exceptions=_exceptions(actor, chosen.id),
        may_close_clinic=policy.arranges(actor),
        today=today,
    )


def keepers(actor: Actor) -> list[Keeper]:
    """Those whose hours the actor may set, by name."""
    names = names_of(policy.keepers(actor).filter(is_active=True).values_list("pk", flat=True))
    people = [Keeper(who, name, who == actor.id) for who, name in names.items()]
    return sorted(people, key=lambda each: (not each.is_me, each.name.casefold()))


def visit_types(actor: Actor) -> TypesPage:
    """Every kind of visit, those in use first. Refuses NotFound."""
    if not policy.arranges(actor):
        raise NotFound
    people = keepers(actor)
    names = {each.id: each.name for each in people}
    offered: dict[UUID, list[UUID]] = {}
    for kind, who in Offering.objects.values_list("visit_type", "clinician"):
        offered.setdefault(kind, []).append(who)
    rows = VisitType.objects.order_by("-is_active", "name")
    return TypesPage([_type(row, offered.get(row.pk, []), names) for row in rows], people)


def _type(row: VisitType, by: list[UUID], names: dict[UUID, str]) -> TypeLine:
    ways = ", ".join(mode_words(mode) for mode in row.modes)
    return TypeLine(row, ways, by, ", ".join(sorted(names[who] for who in by if who in names)))


def _week(rows: Iterable[Hours]) -> list[list[tuple[int, int]]]:
    week: list[list[tuple[int, int]]] = [[] for _day in range(7)]
    for row in rows:
        week[row.weekday].append((row.opens_minute, row.closes_minute))
    return week


def _exceptions(actor: Actor, person_id: UUID) -> list[ExceptionLine]:
    whose = Q(person=person_id) | Q(person=None)
    rows = TimeException.objects.filter(whose, ends_at__gt=clock.now()).order_by("starts_at")[:50]
    mine = {*policy.removable_exceptions(actor).values_list("pk", flat=True)}
    return [
        ExceptionLine(
            id=row.pk,
            words=_exception_words(row),
            starts=shown(row.starts_at, settings.TIME_ZONE),
            ends=shown(row.ends_at, settings.TIME_ZONE),
            may_remove=row.pk in mine,
        )
        for row in rows
    ]


def _exception_words(row: TimeException) -> str:
    if row.person_id is None:
        return _("The whole clinic is closed")
    return _("Extra hours") if row.kind == "opening" else _("Away")
