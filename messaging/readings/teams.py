"""The pages on which teams are set up. Nothing here is about a patient."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from messaging import policy, selectors
from messaging.models import TeamKind
from messaging.readings.standing import reply_words, team_name
from messaging.selectors import TeamRow
from patients.policy import TREATING
from portal.accounts.selectors import names_of, people_with_role
from portal.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team as patients would see it, and what is wrong with it."""

    id: UUID
    name: str
    purpose: str
    promise: str
    hours_text: str
    n_members: int
    is_open: bool
    is_default: bool
    is_care: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a team."""

    id: UUID
    name: str
    since: datetime
    is_able: bool


@dataclass(frozen=True, slots=True)
class TeamsPage:
    """Every team."""

    teams: list[TeamLine]
    has_care: bool
    has_default: bool


@dataclass(frozen=True, slots=True)
class TeamPage:
    """One team, who is on it, and who could be."""

    team: TeamLine
    members: list[Member]
    staff: list[tuple[UUID, str]]
    words: dict[str, Any]
    """As they stand in the form."""


def teams_page(actor: Actor) -> TeamsPage:
    """Every team, for those who set them up. Refuses NotFound for everybody else."""
    selectors.may_configure(actor)
    rows = selectors.configured_teams(actor)
    lines = [team_line(row) for row in rows]
    return TeamsPage(
        teams=lines,
        has_care=any(line.is_care for line in lines),
        has_default=any(line.is_default and line.n_members for line in lines),
    )


def teams_card(actor: Actor) -> dict[str, Any]:
    """The first page of those who set up teams: how many patients can write to, and cannot yet."""
    if policy.configurable_teams(actor).query.is_empty():
        return {}
    lines = [team_line(row) for row in selectors.configured_teams(actor)]
    shown = [line for line in lines if not line.is_care and not line.problem]
    return {
        "sets_up_teams": True,
        "n_teams": len(shown),
        "n_teams_not_shown": sum(bool(line.problem) for line in lines),
        "has_default_team": any(line.is_default for line in shown),
    }


def team_page(actor: Actor, team_id: UUID) -> TeamPage:
    """One team. Refuses NotFound."""
    selectors.fetch_team(actor, team_id)
    (row,) = (each for each in selectors.configured_teams(actor) if each.id == team_id)
    members = selectors.members_of(team_id)
    there = {member.person_id for member in members}
    able = [person for person in people_with_role(*TREATING) if person not in there]
    names = names_of([*there, *able])
    return TeamPage(
        team=team_line(row),
        members=[Member(m.id, names.get(m.person_id, ""), m.since, m.is_able) for m in members],
        words=asdict(row),
        staff=sorted(((p, names.get(p, "")) for p in able), key=lambda each: each[1].casefold()),
    )


def team_line(row: TeamRow) -> TeamLine:
    """A team in words."""
    is_care = row.kind == TeamKind.CARE
    return TeamLine(
        id=row.id,
        name=team_name(row, is_care=is_care),
        purpose=row.purpose,
        promise=reply_words(row.reply_hours),
        hours_text=row.hours_text,
        n_members=row.n_members,
        is_open=row.is_open,
        is_default=row.is_default,
        is_care=is_care,
        problem=_problem(row),
    )


def _problem(row: TeamRow) -> str:
    """Why patients cannot write to it, though somebody may think so; empty if all is well."""
    if row.kind == TeamKind.CARE:
        return ""
    if not row.is_open:
        return _("Not open yet: patients do not see it.")
    if not row.n_members:
        return _("Nobody is on this team, so patients do not see it. Add somebody who answers.")
    return ""
