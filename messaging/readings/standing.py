"""How a thread stands, in words: with whom, since when, by when an answer was promised."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging.models import State
from messaging.selectors import TeamRow
from portal.kernel import clock

DAY = 24
_TODAY, _TOMORROW, _YESTERDAY = 0, 1, -1


class Facts(Protocol):
    """What a row says of a thread's state."""

    @property
    def state(self) -> str:
        """Open or closed."""

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the clinic owes an answer."""

    @property
    def team_id(self) -> UUID | None:
        """The named team that has it."""

    @property
    def team_since(self) -> datetime | None:
        """Since when, if it was handed on."""

    @property
    def owner_id(self) -> UUID | None:
        """Who took it over."""

    @property
    def owned_since(self) -> datetime | None:
        """Since when."""

    @property
    def is_held(self) -> bool:
        """True if that person may still tend it."""

    @property
    def is_seen(self) -> bool:
        """True if somebody of the clinic has read the newest message."""


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """The state as its reader says it, and what was promised."""

    state: str
    """Whose turn it is: waiting (the clinic's), answered (the patient's), closed."""
    words: str
    promise: str
    owner: str
    owner_id: UUID | None
    team: str
    team_name: str
    """The same in the middle of a sentence; empty for the care team."""
    due_at: datetime | None
    is_late: bool


def standing(
    row: Facts, teams: dict[UUID | None, TeamRow], names: dict[UUID, str], *, is_staff: bool
) -> Standing:
    """How this thread stands, for the clinic or for the patient's side."""
    state = state_of(row.state, waits=row.waiting_since is not None)
    team = teams.get(row.team_id)
    owner = names.get(row.owner_id, "") if row.owner_id and row.is_held else ""
    due_at = _due(row.waiting_since, team)
    is_late = due_at is not None and due_at <= clock.now()
    called = with_whom(team, is_care=row.team_id is None)
    words = state_words(state, is_staff=is_staff)
    promise = ""
    if state == "waiting":
        if not is_staff:
            words = _waiting_words(called, owner, is_seen=row.is_seen)
        promise = _left(due_at) if is_staff else _promise(row, called, owner, due_at)
    return Standing(
        state=state,
        words=words,
        promise=promise,
        owner=owner,
        owner_id=row.owner_id if owner else None,
        team=team_name(team, is_care=row.team_id is None),
        team_name=team.name if team and row.team_id else "",
        due_at=due_at,
        is_late=is_late,
    )


def state_of(state: str, *, waits: bool) -> str:
    """Whose turn it is, as a code."""
    if state == State.CLOSED:
        return "closed"
    return "waiting" if waits else "answered"


def state_words(code: str, *, is_staff: bool) -> str:
    """The state in the fewest words."""
    if code == "waiting":
        return _("Waits for an answer") if is_staff else _("Received")
    return _("Closed") if code == "closed" else _("Answered")


def team_name(team: TeamRow | None, *, is_care: bool) -> str:
    """What a team is called where it stands alone."""
    if is_care or team is None:
        return _("Care team")
    return team.name[:1].upper() + team.name[1:]


def with_whom(team: TeamRow | None, *, is_care: bool) -> str:
    """A team in the middle of a sentence."""
    if is_care or team is None:
        return _("your care team")
    return _("the %(team)s") % {"team": team.name}


def reply_words(hours: int | None) -> str:
    """A reply time as a promise to somebody who is about to write; empty without one."""
    if hours is None:
        return ""
    if hours % DAY == 0:
        days = hours // DAY
        return ngettext("Answers within %(n)s day", "Answers within %(n)s days", days) % {"n": days}
    return ngettext("Answers within %(n)s hour", "Answers within %(n)s hours", hours) % {"n": hours}


def moment(at: datetime) -> str:
    """An instant in the middle of a sentence: 10:40, tomorrow at 12:00, Thursday at 9:30."""
    local, today = localtime(at), localtime(clock.now()).date()
    time, days = local.strftime("%H:%M"), (local.date() - today).days
    if days == _TODAY:
        return time
    if days == _TOMORROW:
        return _("tomorrow at %(time)s") % {"time": time}
    if days == _YESTERDAY:
        return _("yesterday at %(time)s") % {"time": time}
    day = date_format(local.date(), "l j F" if local.year == today.year else "l j F Y")
    return _("%(day)s at %(time)s") % {"day": day, "time": time}


def _due(since: datetime | None, team: TeamRow | None) -> datetime | None:
    if since is None or team is None or team.reply_hours is None:
        return None
    return since + timedelta(hours=team.reply_hours)


def _waiting_words(called: str, owner: str, *, is_seen: bool) -> str:
    if owner:
        return _("Being handled by %(name)s") % {"name": owner}
    return _("With %(team)s") % {"team": called} if is_seen else _("Received")


def _promise(row: Facts, called: str, owner: str, due_at: datetime | None) -> str:
    """The long sentence for the patient's side. What was not kept is not hidden."""
    since = row.waiting_since or clock.now()
    if owner and row.owned_since:
        told = {"name": owner, "time": moment(max(since, row.owned_since))}
        with_it = _("%(name)s has been handling it since %(time)s.") % told
    else:
        told = {"team": called, "time": moment(max(since, row.team_since or since))}
        with_it = _("With %(team)s since %(time)s.") % told
    if due_at is None:
        return with_it
    when = {"time": moment(due_at)}
    if due_at > clock.now():
        return f"{with_it} {_('You will have an answer by %(time)s.') % when}"
    sorry = _("We promised an answer by %(time)s and are late. We are sorry. It is not lost.")
    return f"{with_it} {sorry % when}"


def _left(due_at: datetime | None) -> str:
    """The same for the clinic: how much of the promise is left."""
    if due_at is None:
        return ""
    minutes = int((due_at - clock.now()).total_seconds() // 60)
    span = _span(abs(minutes))
    return (
        _("%(span)s left") % {"span": span} if minutes > 0 else _("%(span)s late") % {"span": span}
    )


def _span(minutes: int) -> str:
    """A time in its largest unit that says enough."""
    if minutes < 60:
        return ngettext("%(n)s min", "%(n)s min", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 2 * DAY:
        return ngettext("%(n)s h", "%(n)s h", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", hours // DAY) % {"n": hours // DAY}
