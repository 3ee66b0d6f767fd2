"""The page of one thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from messaging import selectors
from messaging.models import State
from messaging.readings.evidence import tell_broken
from messaging.readings.lines import Line, View
from messaging.readings.seals import Home, Seals
from messaging.selectors import ThreadRow
from messaging.vocabulary import Event
from patients.selectors import Around, people_around
from portal.audit import actions as audit
from portal.kernel.actor import Actor

PAGE = 50
PEOPLE = 8


@dataclass(frozen=True, slots=True, repr=False)
class Head:
    """What stands above a thread."""

    id: UUID
    topic: str
    state: str
    state_words: str
    is_closed: bool
    patient_id: UUID
    patient_name: str


@dataclass(frozen=True, slots=True, repr=False)
class Reader:
    """Somebody who can see a thread."""

    name: str
    role: str
    is_me: bool


@dataclass(frozen=True, slots=True, repr=False)
class ThreadPage:
    """All that the page of a thread shows."""

    thread: Head
    people: list[Reader]
    care_team_size: int
    lines: list[Line]
    earlier_sequence: int | None
    last_sequence: int
    read_sequence: int
    may_reply: bool
    may_close: bool
    may_reopen: bool
    may_open_chart: bool
    why_no_reply: str
    writes_for: str
    is_staff: bool


def read_thread(actor: Actor, thread_id: UUID, *, before: int | None = None) -> ThreadPage:
    """The newest items of a thread, or those before this sequence, and all around them.

    Refuses: NotFound.
    Records: THREAD_READ.
    """
    row = selectors.fetch_thread(actor, thread_id)
    found = selectors.items_before(thread_id, before, PAGE + 1)
    items = found[-PAGE:]
    view = View(actor, Home(row.patient_id, thread_id))
    around = people_around(row.patient_id)
    view.look_up([*(each.person_id for each in around), *(item.author_id for item in items)])
    lines = view.lines(items)
    head = _head(view, row)
    audit.record_alone(
        actor,
        Event.THREAD_READ,
        patient=row.patient_id,
        subject=thread_id,
        on_behalf=row.is_on_behalf,
        first=lines[0].sequence if lines else 0,
        last=lines[-1].sequence if lines else 0,
    )
    may_write = selectors.may_write(actor, thread_id)
    people = [*_readers(view, around)]
    return ThreadPage(
        thread=head,
        people=people[:PEOPLE],
        care_team_size=max(0, len(people) - PEOPLE),
        lines=lines,
        earlier_sequence=items[0].sequence if len(found) > PAGE else None,
        last_sequence=lines[-1].sequence if lines else 0,
        read_sequence=selectors.read_upto(actor.id, thread_id),
        may_reply=may_write and not row.is_closed,
        may_close=may_write and not row.is_closed,
        may_reopen=may_write and row.is_closed,
        may_open_chart=True,
        why_no_reply=_why_no_reply(row, may_write=may_write),
        writes_for=view.called if row.is_on_behalf else "",
        is_staff=row.is_from_clinic,
    )


def state_of(state: str, *, waits: bool) -> str:
    """Whose turn it is: waiting (the clinic's), answered (the patient's), closed."""
    if state == State.CLOSED:
        return "closed"
    return "waiting" if waits else "answered"


def state_words(code: str, *, is_staff: bool) -> str:
    """The state as its reader says it."""
    if code == "waiting":
        return _("Waits for an answer") if is_staff else _("With your care team")
    return _("Closed") if code == "closed" else _("Answered")


def _head(view: View, row: ThreadRow) -> Head:
    seals = Seals([(view.home, row.topic_sealed)])
    topic = seals.topic(view.home, row.topic_sealed)
    tell_broken(view.actor, seals.broken)
    state = state_of(row.state, waits=row.waiting_since is not None)
    words = state_words(state, is_staff=row.is_from_clinic)
    return Head(row.id, topic, state, words, row.is_closed, row.patient_id, view.patient_name)


def _readers(view: View, around: Sequence[Around]) -> Iterator[Reader]:
    for each in around:
        is_me = each.person_id == view.actor.id
        yield Reader(view.names[each.person_id], each.role, is_me)


def _why_no_reply(row: ThreadRow, *, may_write: bool) -> str:
    """Said before anybody types, never after."""
    if not may_write:
        return _("You may read this, but not write in it.")
    return _("This thread is closed. Open it again below to write more.") if row.is_closed else ""
