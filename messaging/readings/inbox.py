"""Lists of threads: only what is shown is unsealed, and one entry names the patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from messaging import selectors
from messaging.readings.evidence import tell_broken
from messaging.readings.seals import Home, Seals
from messaging.readings.standing import Standing, standing
from messaging.selectors import Begun, Cursor, InboxRow, Show, TeamRow
from messaging.texts import snippet
from messaging.vocabulary import Event
from patients.policy import TREATING
from patients.readings import PatientLine, lines_under
from portal.accounts.selectors import names_of
from portal.audit import actions as audit
from portal.kernel.actor import Actor

PAGE = 20
ON_HOME = 3
ON_HOME_WAITING = 10


@dataclass(frozen=True, slots=True, repr=False)
class ThreadLine:
    """One thread in a list."""

    id: UUID
    topic: str
    patient_id: UUID
    patient_name: str
    state: str
    state_words: str
    snippet: str
    last_author: str
    last_on_behalf: str
    last_is_mine: bool
    last_at: datetime
    unread: int
    waiting_since: datetime | None
    standing: Standing
    asks_me: bool = False
    has_draft: bool = False
    """The reader began to write something in it."""


@dataclass(frozen=True, slots=True, repr=False)
class InboxPage:
    """A page of the actor's list of threads."""

    threads: list[ThreadLine]
    show: str
    older_cursor: str
    is_staff: bool
    may_write: bool
    several_patients: bool
    begun: list[Begun]


def inbox(actor: Actor, *, show: Show, before: Cursor | None = None) -> InboxPage:
    """The actor's threads, the last changed first.

    Records: INBOX_READ.
    """
    found = selectors.inbox_rows(actor, show, before, PAGE + 1)
    rows = found[:PAGE]
    lines = lines_for(actor, rows)
    return InboxPage(
        threads=lines,
        show=show.value,
        older_cursor=str(rows[-1].cursor) if len(found) > PAGE else "",
        is_staff=answers(actor),
        may_write=selectors.may_open_threads(actor),
        several_patients=len({row.patient_id for row in rows}) > 1,
        begun=selectors.begun(actor),
    )


def home_card(actor: Actor) -> dict[str, Any]:
    """What the first page shows of threads: what is new, or for the clinic what waits longest.

    Records: INBOX_READ.
    """
    if answers(actor):
        rows = selectors.waiting_rows(actor, ON_HOME_WAITING)
        oldest = rows[0].waiting_since if rows else None
        n_waiting = selectors.n_waiting(actor)
        return {"waiting": lines_for(actor, rows), "n_waiting": n_waiting, "oldest_at": oldest}
    rows = selectors.inbox_rows(actor, Show.ALL, None, PAGE)
    newest = rows[:ON_HOME]
    unread = [row for row in rows if row.unread][:ON_HOME]
    lines = {line.id: line for line in lines_for(actor, [*dict.fromkeys([*newest, *unread])])}
    return {
        "threads": [lines[row.thread_id] for row in newest],
        "unread_threads": [lines[row.thread_id] for row in unread],
    }


def answers(actor: Actor) -> bool:
    """True for those who answer patients: decides the shape of lists, never a right."""
    return actor.has_role(*TREATING)


def lines_for(actor: Actor, rows: Sequence[InboxRow]) -> list[ThreadLine]:
    """The rows, unsealed; the entry that names their patients is durable before."""
    if not rows:
        return []
    patients = [*dict.fromkeys(row.patient_id for row in rows)]
    audit.record_alone(actor, Event.INBOX_READ, patients=patients, threads=len(rows))
    seals = Seals(
        (Home(row.patient_id, row.thread_id), sealed)
        for row in rows
        for sealed in (row.topic_sealed, row.body_sealed)
    )
    about = lines_under(patients)
    names = names_of(one for row in rows for one in (row.author_id, row.owner_id) if one)
    teams = selectors.teams_named(row.team_id for row in rows)
    known = _Known(names, teams, selectors.drafted(actor, [row.thread_id for row in rows]))
    lines = [_line(actor, row, seals, about.get(row.patient_id), known) for row in rows]
    tell_broken(actor, seals.broken)
    return lines


class _Known(NamedTuple):
    """What the lines of a list are told with."""

    names: dict[UUID, str]
    teams: dict[UUID | None, TeamRow]
    drafted: set[UUID]


def _line(
    actor: Actor, row: InboxRow, seals: Seals, patient: PatientLine | None, known: _Known
) -> ThreadLine:
    home = Home(row.patient_id, row.thread_id)
    how = standing(row, known.teams, known.names, is_staff=answers(actor))
    return ThreadLine(
        id=row.thread_id,
        topic=seals.topic(home, row.topic_sealed),
        patient_id=row.patient_id,
        patient_name=patient.name if patient else "",
        state=how.state,
        state_words=how.words,
        snippet=snippet(seals.body(home, row.message_id, row.sequence, row.body_sealed)),
        last_author=known.names.get(row.author_id, _("The clinic")),
        last_on_behalf=patient.called if patient and row.on_behalf else "",
        last_is_mine=row.author_id == actor.id,
        last_at=row.sent_at,
        unread=row.unread,
        waiting_since=row.waiting_since,
        standing=how,
        has_draft=row.thread_id in known.drafted,
    )
