"""The page of one thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from messaging import selectors
from messaging.readings.asides import AsideLine
from messaging.readings.evidence import tell_broken
from messaging.readings.lines import Line, View
from messaging.readings.seals import Home, Seals
from messaging.readings.standing import Standing, moment, standing, with_whom
from messaging.readings.tending import Tending, Window, in_order, tending
from messaging.selectors import ItemRow, ThreadRow
from messaging.vocabulary import Event
from patients.policy import reachable_patient
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
    standing: Standing
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
    reads: list[str]
    flow: Sequence[Line | AsideLine]
    """The lines, and for those who tend the thread what stands beside it, in order of time."""
    tending: Tending | None


def read_thread(actor: Actor, thread_id: UUID, *, before: int | None = None) -> ThreadPage:
    """The newest items of a thread, or those before this sequence, and all around them.

    Refuses: NotFound.
    Records: THREAD_READ.
    """
    row = selectors.fetch_thread(actor, thread_id)
    found = selectors.items_before(thread_id, before, PAGE + 1)
    items = found[-PAGE:]
    view = View(actor, Home(row.patient_id, thread_id))
    around = _around(row)
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
    beside = tending(actor, row, _window(lines, before, found)) if row.is_from_clinic else None
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
        may_open_chart=reachable_patient(actor, row.patient_id).exists(),
        why_no_reply=_why_no_reply(row, may_write=may_write),
        writes_for=view.called if row.is_on_behalf else "",
        is_staff=row.is_from_clinic,
        reads=_reads(view, row, around),
        flow=in_order(lines, beside.lines) if beside else lines,
        tending=beside,
    )


def _around(row: ThreadRow) -> list[Around]:
    """Everybody who can see the thread: around the patient, and on the team that has it."""
    found = people_around(row.patient_id)
    known = {each.person_id for each in found}
    served = selectors.staff_on_team(row.team_id) if row.team_id else []
    return found + [Around(person, "team") for person in served if person not in known]


def _window(lines: Sequence[Line], before: int | None, found: Sequence[ItemRow]) -> Window:
    """From when to when the page reaches; open where nothing lies beyond."""
    since = lines[0].sent_at if lines and len(found) > PAGE else None
    return Window(since, lines[-1].sent_at if lines and before is not None else None)


def _reads(view: View, row: ThreadRow, around: Sequence[Around]) -> list[str]:
    """Who has read the newest message; patients are told of the clinic as a whole."""
    if not row.is_from_clinic:
        team = selectors.teams_named([row.team_id]).get(row.team_id)
        called = {"team": with_whom(team, is_care=row.team_id is None)}
        return [_("Seen by %(team)s.") % called] if row.waiting_since and row.is_seen else []
    marks = {mark.person_id: mark for mark in selectors.marks_of(row.id)}
    told = []
    for each in around:
        if each.is_staff:
            continue
        mark, name = marks.get(each.person_id), {"name": view.names[each.person_id]}
        if mark is None:
            told.append(_("%(name)s has read nothing here yet.") % name)
        elif mark.upto >= row.last_message:
            told.append(_("%(name)s has read all, %(time)s.") % {**name, "time": moment(mark.at)})
        else:
            told.append(_("%(name)s has not read the newest message yet.") % name)
    return told


def _head(view: View, row: ThreadRow) -> Head:
    seals = Seals([(view.home, row.topic_sealed)])
    topic = seals.topic(view.home, row.topic_sealed)
    tell_broken(view.actor, seals.broken)
    if row.owner_id:
        view.look_up([row.owner_id])
    teams = selectors.teams_named([row.team_id])
    how = standing(row, teams, view.names, is_staff=row.is_from_clinic)
    return Head(
        id=row.id,
        topic=topic,
        state=how.state,
        state_words=how.words,
        standing=how,
        is_closed=row.is_closed,
        patient_id=row.patient_id,
        patient_name=view.patient_name,
    )


def _readers(view: View, around: Sequence[Around]) -> Iterator[Reader]:
    for each in around:
        is_me = each.person_id == view.actor.id
        yield Reader(view.names[each.person_id], each.role, is_me)


def _why_no_reply(row: ThreadRow, *, may_write: bool) -> str:
    """Said before anybody types, never after."""
    if not may_write:
        return _("You may read this, but not write in it.")
    return _("This thread is closed. Open it again below to write more.") if row.is_closed else ""
