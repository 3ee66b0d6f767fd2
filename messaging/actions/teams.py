"""Setting up teams: their words, their promise, and who is on them."""

from dataclasses import dataclass
from uuid import UUID

from messaging import selectors
from messaging.errors import (
    CannotTend,
    DefaultStays,
    TeamNameMissing,
    TeamNotReady,
)
from messaging.models import Team, TeamKind, TeamMember
from messaging.models.teams import MOST_HOURS_TEXT, MOST_NAME, MOST_PURPOSE, MOST_REPLY_HOURS
from messaging.texts import is_blank, one_line
from messaging.vocabulary import Event
from patients.policy import TREATING
from portal.accounts.actions import revoke
from portal.accounts.selectors import people_with_role
from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamWords:
    """A team as an administrator describes it."""

    name: str
    purpose: str = ""
    reply_hours: int | None = None
    hours_text: str = ""
    is_open: bool = False
    is_default: bool = False
    kind: str = TeamKind.NAMED

    def cleaned(self) -> "TeamWords":
        """The same, each on one line. Refuses TeamNameMissing, TeamNotReady, BadInput."""
        name, purpose = one_line(self.name)[:MOST_NAME], one_line(self.purpose)[:MOST_PURPOSE]
        hours = self.reply_hours
        if hours is not None and not 1 <= hours <= MOST_REPLY_HOURS:
            raise BadInput
        if is_blank(name):
            raise TeamNameMissing
        is_ready = not is_blank(purpose) and hours is not None
        if (self.is_open or self.is_default or self.kind == TeamKind.CARE) and not is_ready:
            raise TeamNotReady
        return TeamWords(
            name=name,
            purpose=purpose,
            reply_hours=hours,
            hours_text=one_line(self.hours_text)[:MOST_HOURS_TEXT],
            is_open=self.is_open or self.is_default or self.kind == TeamKind.CARE,
            is_default=self.is_default,
            kind=self.kind,
        )


def save_team(actor: Actor, team_id: UUID, words: TeamWords) -> UUID:
    """There is a team with this id and these words. Of the default ones only the last stays one.

    Refuses: NotFound, TeamNameMissing, TeamNotReady, DefaultStays, BadInput.
    Locks: the team.
    Records: TEAM_SAVED.
    """
    selectors.may_configure(actor)
    words = words.cleaned()
    team = selectors.lock_team(actor, team_id)
    if team is None:
        team = Team(pk=team_id, kind=words.kind)
    if team.is_default and not words.is_default:
        raise DefaultStays
    if words.is_default:
        Team.objects.filter(is_default=True).exclude(pk=team_id).update(is_default=False)
    team.name, team.purpose = words.name, words.purpose
    team.reply_hours, team.hours_text = words.reply_hours, words.hours_text
    team.is_default = words.is_default and team.kind == TeamKind.NAMED
    team.is_open = words.is_open or team.kind == TeamKind.CARE
    team.changed_at = clock.now()
    team.save()
    audit.record(actor, Event.TEAM_SAVED, subject=team_id)
    return team_id


def join_team(actor: Actor, team_id: UUID, person_id: UUID) -> UUID:
    """This person of the staff is on the team from now on. Returns the membership.

    Refuses: NotFound, CannotTend.
    Locks: the team.
    Records: TEAM_JOINED.
    """
    team = selectors.lock_team(actor, team_id)
    if team is None or team.kind != TeamKind.NAMED:
        raise selectors.team_not_found()
    if there := selectors.open_membership(team_id, person_id):
        return there.pk
    if person_id not in people_with_role(*TREATING):
        raise CannotTend
    member = TeamMember.objects.create(
        team=team, person_id=person_id, begins_at=clock.now(), added_by=actor.id
    )
    audit.record(actor, Event.TEAM_JOINED, subject=team_id, person=person_id)
    return member.pk


def leave_team(actor: Actor, membership_id: UUID) -> UUID:
    """This membership has ended; what the person had is nobody's, and open pages know at once.

    Repeating it changes nothing.

    Refuses: NotFound.
    Locks: the membership.
    Records: TEAM_ENDED.
    """
    member = selectors.lock_membership(actor, membership_id)
    if member.ends_at is None:
        member.ends_at, member.ended_by = clock.now(), actor.id
        member.save(update_fields=["ends_at", "ended_by"])
        audit.record(actor, Event.TEAM_ENDED, subject=member.team_id, person=member.person_id)
        revoke(actor, member.person_id)
    return member.team_id
