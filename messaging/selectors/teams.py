"""Teams: whom patients can write to, who answers there, and who may tend one thread."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from messaging import policy
from messaging.models import Team, TeamKind, TeamMember
from patients.models import Patient
from patients.policy import proxies_in_force
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One team, as people are told of it."""

    id: UUID
    kind: str
    name: str
    purpose: str
    reply_hours: int | None
    hours_text: str
    is_open: bool
    is_default: bool
    n_members: int = 0


_COLUMNS = ("id", "kind", "name", "purpose", "reply_hours", "hours_text", "is_open", "is_default")


def teams_named(team_ids: Iterable[UUID | None]) -> dict[UUID | None, TeamRow]:
    """These teams, and under None what every care team promises, if the clinic said so."""
    wanted = {team_id for team_id in team_ids if team_id}
    rows = Team.objects.filter(Q(pk__in=wanted) | Q(kind=TeamKind.CARE)).values_list(*_COLUMNS)
    found = [TeamRow(*row) for row in rows]
    return {None if row.kind == TeamKind.CARE else row.id: row for row in found}


def offered_teams() -> list[TeamRow]:
    """The teams that patients may choose, by name, the one for everything else last."""
    rows = policy.offered_teams().order_by("is_default", "name", "id").values_list(*_COLUMNS)
    return [TeamRow(*row) for row in rows]


def is_offered(team_id: UUID) -> bool:
    """True if patients may write to this team now."""
    return policy.offered_teams().filter(pk=team_id).exists()


def default_team() -> UUID | None:
    """The team that gets what has no care team; None if nobody would answer there."""
    return policy.offered_teams().filter(is_default=True).values_list("pk", flat=True).first()


def has_care_team(patient_id: UUID) -> bool:
    """True if somebody who can answer treats the patient today."""
    return policy.able_links().filter(patient=patient_id).exists()


def configured_teams(actor: Actor) -> list[TeamRow]:
    """Every team, with how many people answer there, for whoever sets them up."""
    found = policy.configurable_teams(actor).order_by("kind", "name", "id")
    rows = [TeamRow(*row) for row in found.values_list(*_COLUMNS)]
    counted = policy.able_members().values("team").annotate(n=Count("pk")).values_list("team", "n")
    sizes = dict(counted.order_by())
    return [replace(row, n_members=sizes.get(row.id, 0)) for row in rows]


def fetch_team(actor: Actor, team_id: UUID) -> Team:
    """The team, if the actor may set it up. Refuses NotFound."""
    team = policy.configurable_teams(actor).filter(pk=team_id).first()
    if team is None:
        raise team_not_found()
    return team


def lock_team(actor: Actor, team_id: UUID) -> Team | None:
    """The same, locked until the transaction ends; None if there is none yet."""
    return policy.configurable_teams(actor).select_for_update().filter(pk=team_id).first()


def may_configure(actor: Actor) -> None:
    """Nothing happens for those who set up teams. Refuses NotFound for everybody else."""
    if policy.configurable_teams(actor).query.is_empty():
        raise team_not_found()


def team_not_found() -> NotFound:
    """The one answer to everybody who does not set up teams."""
    return NotFound(kind="team")


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody on a team."""

    id: UUID
    person_id: UUID
    since: datetime
    is_able: bool
    """False if they cannot answer: their account is closed, or they have no role for it."""


def members_of(team_id: UUID) -> list[MemberRow]:
    """Who is on the team today, in the order in which they joined."""
    able = {*policy.able_members().filter(team=team_id).values_list("pk", flat=True)}
    rows = policy.memberships_in_force().filter(team=team_id).order_by("begins_at", "id")
    return [MemberRow(row.pk, row.person_id, row.begins_at, row.pk in able) for row in rows]


def open_membership(team_id: UUID, person_id: UUID) -> TeamMember | None:
    """The membership of this person that has no end yet."""
    return TeamMember.objects.filter(team=team_id, person=person_id, ends_at=None).first()


def lock_membership(actor: Actor, membership_id: UUID) -> TeamMember:
    """The membership, locked. Refuses NotFound."""
    teams = policy.configurable_teams(actor)
    rows = TeamMember.objects.select_for_update(of=("self",)).filter(team__in=teams)
    found = rows.filter(pk=membership_id).first()
    if found is None:
        raise team_not_found()
    return found


def staff_on_team(team_id: UUID) -> list[UUID]:
    """Who answers for this team today."""
    rows = policy.able_members().filter(team=team_id).order_by("begins_at", "id")
    return list(rows.values_list("person", flat=True))


def tenders(patient_id: UUID, team_id: UUID | None) -> list[UUID]:
    """Everybody who may tend a thread of this patient that is with this team, each once."""
    links = policy.able_links().filter(patient=patient_id)
    near = list(links.order_by("begins_at", "id").values_list("person", flat=True))
    served = staff_on_team(team_id) if team_id else []
    mine = Patient.objects.filter(pk=patient_id, person__isnull=False)
    acting = proxies_in_force().filter(patient=patient_id)
    not_them = {
        person for rows in (mine, acting) for person in rows.values_list("person", flat=True)
    }
    return [person for person in dict.fromkeys([*near, *served]) if person not in not_them]
