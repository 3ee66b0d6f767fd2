"""Lists of threads: only what is shown is unsealed, and one entry names the patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from messaging import selectors
from messaging.readings.evidence import tell_broken
from messaging.readings.seals import Home, Seals
from messaging.readings.threads import state_of, state_words
from messaging.selectors import Cursor, InboxRow, Show
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


@dataclass(frozen=True, slots=True, repr=False)
class InboxPage:
    """A page of the actor's list of threads."""

    threads: list[ThreadLine]
    show: str
    older_cursor: str
    is_staff: bool
    may_write: bool
    several_patients: bool


def inbox(actor: Actor, *, show: Show, before: Cursor | None = None) -> InboxPage:
    """The actor's threads, the last changed first.

    Records: INBOX_READ.
    """
    found = selectors.inbox_rows(actor, show, before, PAGE + 1)
    rows = found[:PAGE]
    lines = _lines(actor, rows)
    return InboxPage(
        threads=lines,
        show=show.value,
        older_cursor=str(rows[-1].cursor) if len(found) > PAGE else "",
        is_staff=_is_staff(actor),
        may_write=selectors.may_open_threads(actor),
        several_patients=len({row.patient_id for row in rows}) > 1,
    )


def home_card(actor: Actor) -> dict[str, Any]:
    """What the first page shows of threads: what is new, or for the clinic what waits longest.

    Records: INBOX_READ.
    """
    if _is_staff(actor):
        rows = selectors.waiting_rows(actor, ON_HOME_WAITING)
        oldest = rows[0].waiting_since if rows else None
        n_waiting = selectors.n_waiting(actor)
        return {"waiting": _lines(actor, rows), "n_waiting": n_waiting, "oldest_at": oldest}
    rows = selectors.inbox_rows(actor, Show.ALL, None, PAGE)
    newest = rows[:ON_HOME]
    unread = [row for row in rows if row.unread][:ON_HOME]
    lines = {line.id: line for line in _lines(actor, [*dict.fromkeys([*newest, *unread])])}
    return {
        "threads": [lines[row.thread_id] for row in newest],
        "unread_threads": [lines[row.thread_id] for row in unread],
    }


def _is_staff(actor: Actor) -> bool:
    return actor.has_role(*TREATING)


def _lines(actor: Actor, rows: Sequence[InboxRow]) -> list[ThreadLine]:
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
    about, names = lines_under(patients), names_of(row.author_id for row in rows)
    lines = [_line(actor, row, seals, about.get(row.patient_id), names) for row in rows]
    tell_broken(actor, seals.broken)
    return lines


def _line(
    actor: Actor, row: InboxRow, seals: Seals, patient: PatientLine | None, names: dict[UUID, str]
) -> ThreadLine:
    home = Home(row.patient_id, row.thread_id)
    state = state_of(row.state, waits=row.waiting_since is not None)
    return ThreadLine(
        id=row.thread_id,
        topic=seals.topic(home, row.topic_sealed),
        patient_id=row.patient_id,
        patient_name=patient.name if patient else "",
        state=state,
        state_words=state_words(state, is_staff=_is_staff(actor)),
        snippet=snippet(seals.body(home, row.message_id, row.sequence, row.body_sealed)),
        last_author=names.get(row.author_id, _("The clinic")),
        last_on_behalf=patient.called if patient and row.on_behalf else "",
        last_is_mine=row.author_id == actor.id,
        last_at=row.sent_at,
        unread=row.unread,
    )
