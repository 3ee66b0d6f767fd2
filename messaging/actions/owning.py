"""Whose a thread is: claimed, let go, assigned, handed on, done. Each step stays in its history."""

from uuid import UUID

from django.utils.translation import gettext as _

from messaging import selectors
from messaging.actions.asides import Beside, Noted
from messaging.actions.items import Asked
from messaging.actions.wording import Wording
from messaging.errors import (
    CannotTend,
    NobodyAnswers,
    NothingOwed,
    NotYours,
    ReasonMissing,
    SameTeam,
    Taken,
    TeamAway,
    ThreadClosed,
)
from messaging.models import AsideKind
from messaging.selectors import Tended
from messaging.vocabulary import Event
from portal.accounts.selectors import name_of
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.realtime import groups
from portal.realtime.nudge import nudge


def claim(actor: Actor, thread_id: UUID, *, command_id: UUID) -> Noted:
    """The thread is the actor's. Of two who claim at once one gets it, the other is told who.

    Refuses: NotFound, Taken, ThreadClosed, CommandReused, RecordErased.
    Locks: the thread.
    Records: THREAD_CLAIMED.
    """
    asked = Asked(actor.id, command_id, AsideKind.CLAIMED, ("claim",))
    beside = Beside(asked, Event.THREAD_CLAIMED, person_id=actor.id)
    thread = selectors.lock_tended(actor, thread_id)
    if first := beside.first_result(thread_id):
        return first
    _refuse_closed(thread)
    if thread.owner_id == actor.id:
        raise Taken(_("You have this thread already."))
    if thread.owner_id in _tenders(thread):
        told = {"name": name_of(thread.owner_id)}
        raise Taken(_("%(name)s has taken this thread already. You can ask, or assign it.") % told)
    return beside.put(actor, thread, owner_id=actor.id, owned_since=clock.now())


def release(actor: Actor, thread_id: UUID, *, command_id: UUID) -> Noted:
    """The thread is nobody's again, and its team's as before.

    Refuses: NotFound, NotYours, CommandReused, RecordErased.
    Locks: the thread.
    Records: THREAD_RELEASED.
    """
    asked = Asked(actor.id, command_id, AsideKind.RELEASED, ("release",))
    beside = Beside(asked, Event.THREAD_RELEASED)
    thread = selectors.lock_tended(actor, thread_id)
    if first := beside.first_result(thread_id):
        return first
    if thread.owner_id != actor.id:
        raise NotYours
    return beside.put(actor, thread, owner_id=None, owned_since=None)


def assign(
    actor: Actor, thread_id: UUID, person_id: UUID, *, reason: str = "", command_id: UUID
) -> Noted:
    """The thread is this colleague's, who may read it.

    Refuses: NotFound, CannotTend, Taken, ThreadClosed, ReasonTooLong, CommandReused, RecordErased.
    Locks: the thread.
    Records: THREAD_ASSIGNED.
    """
    reason = Wording.reason(reason)
    content = ("assign", person_id.hex, reason)
    asked = Asked(actor.id, command_id, AsideKind.ASSIGNED, content)
    detail = {"to": person_id}
    beside = Beside(asked, Event.THREAD_ASSIGNED, reason, person_id=person_id, detail=detail)
    thread = selectors.lock_tended(actor, thread_id)
    if first := beside.first_result(thread_id):
        return first
    _refuse_closed(thread)
    if person_id not in _tenders(thread):
        raise CannotTend
    if person_id == thread.owner_id:
        raise Taken(_("%(name)s has this thread already.") % {"name": name_of(person_id)})
    return beside.put(actor, thread, owner_id=person_id, owned_since=clock.now())


def hand_on(
    actor: Actor, thread_id: UUID, team_id: UUID | None, *, reason: str, command_id: UUID
) -> Noted:
    """The thread is with this team, or without one with the patient's care team; nobody has it.

    Refuses: NotFound, TeamAway, SameTeam, NobodyAnswers, ThreadClosed, ReasonMissing,
        ReasonTooLong, CommandReused, RecordErased.
    Locks: the thread.
    Records: THREAD_MOVED.
    """
    reason = Wording.reason(reason)
    content = ("hand-on", team_id.hex if team_id else "", reason)
    asked = Asked(actor.id, command_id, AsideKind.MOVED, content)
    detail = {"team": team_id} if team_id else {}
    beside = Beside(asked, Event.THREAD_MOVED, reason, team_id=team_id, detail=detail)
    try:
        thread = selectors.lock_tended(actor, thread_id)
    except NotFound:
        # The first time may have ended the actor's own way to it.
        if first := beside.first_result(thread_id):
            return first
        raise
    if first := beside.first_result(thread_id):
        return first
    _refuse_closed(thread)
    if not reason:
        raise ReasonMissing
    _refuse_team(thread, team_id)
    changes = {"team_id": team_id, "team_since": clock.now()}
    noted = beside.put(actor, thread, owner_id=None, owned_since=None, **changes)
    # Whoever may no longer follow it finds out by looking again.
    nudge(groups.thread(thread_id), "thread.moved", thread_id)
    return noted


def resolve(actor: Actor, thread_id: UUID, *, command_id: UUID) -> Noted:
    """Nothing is owed in the thread and nobody has it. What the patient writes next waits again.

    Refuses: NotFound, NothingOwed, ThreadClosed, CommandReused, RecordErased.
    Locks: the thread.
    Records: THREAD_RESOLVED.
    """
    asked = Asked(actor.id, command_id, AsideKind.RESOLVED, ("resolve",))
    beside = Beside(asked, Event.THREAD_RESOLVED)
    thread = selectors.lock_tended(actor, thread_id)
    if first := beside.first_result(thread_id):
        return first
    _refuse_closed(thread)
    if not thread.is_waiting and thread.owner_id is None:
        raise NothingOwed
    return beside.put(actor, thread, owner_id=None, owned_since=None, waiting_since=None)


def _refuse_closed(thread: Tended) -> None:
    if thread.is_closed:
        raise ThreadClosed


def _refuse_team(thread: Tended, team_id: UUID | None) -> None:
    if team_id == thread.team_id:
        raise SameTeam
    if team_id is None and not selectors.has_care_team(thread.patient_id):
        raise NobodyAnswers
    if team_id is not None and not selectors.is_offered(team_id):
        raise TeamAway


def _tenders(thread: Tended) -> list[UUID]:
    return selectors.tenders(thread.patient_id, thread.team_id)
