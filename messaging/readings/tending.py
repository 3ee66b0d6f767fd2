"""What those who tend a thread see beside it and may do with it. Nobody else gets any of this."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from messaging import selectors
from messaging.readings.asides import AsideLine, AsideView
from messaging.readings.lines import Line
from messaging.readings.seals import Home
from messaging.readings.standing import team_name
from messaging.selectors import ThreadRow
from portal.accounts.selectors import names_of
from portal.kernel.actor import Actor

CARE = "care"


class Window(NamedTuple):
    """From the first instant to before the second; None where nothing lies beyond."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class Tending:
    """What stands beside a thread, who could take it, and which of the buttons make sense."""

    lines: list[AsideLine]
    last_note: int
    colleagues: list[tuple[UUID, str]]
    others: list[tuple[UUID, str]]
    """The colleagues without oneself: whom one can ask."""
    teams: list[tuple[str, str]]
    may_claim: bool
    may_release: bool
    may_assign: bool
    may_resolve: bool


def tending(actor: Actor, row: ThreadRow, window: Window) -> Tending | None:
    """All of it, for somebody who tends the thread now; the entry of reading it covers this too."""
    if not selectors.may_tend(actor, row.id):
        return None
    found = selectors.asides_between(row.id, *window)
    lines = AsideView(actor, Home(row.patient_id, row.id)).lines(found)
    people = selectors.tenders(row.patient_id, row.team_id)
    names = names_of(people)
    colleagues = sorted(
        ((person, names.get(person, "")) for person in people), key=lambda each: each[1].casefold()
    )
    owner = row.owner_id if row.is_held else None
    is_open = not row.is_closed
    return Tending(
        lines=lines,
        last_note=lines[-1].number if lines else 0,
        colleagues=[each for each in colleagues if each[0] != owner],
        others=[each for each in colleagues if each[0] != actor.id],
        teams=_teams(row),
        may_claim=is_open and owner is None,
        may_release=is_open and owner == actor.id,
        may_assign=is_open,
        may_resolve=is_open and (row.waiting_since is not None or row.owner_id is not None),
    )


def in_order(lines: Sequence[Line], beside: Iterable[AsideLine]) -> list[Line | AsideLine]:
    """Both by time. What was written at the same instant keeps messages first."""
    return sorted([*lines, *beside], key=lambda line: line.sent_at)


def _teams(row: ThreadRow) -> list[tuple[str, str]]:
    """The teams that could get the thread; the care team first."""
    named = [(str(team.id), team_name(team, is_care=False)) for team in selectors.offered_teams()]
    care = [(CARE, team_name(None, is_care=True))]
    have = row.team_id is not None and selectors.has_care_team(row.patient_id)
    return [*(care if have else []), *(each for each in named if each[0] != str(row.team_id))]
