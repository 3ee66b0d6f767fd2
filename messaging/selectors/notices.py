"""Who has not seen what the clinic wrote, and should be told by letter. Nothing is unsealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from messaging.models import Kind, Message, ReadMark, Thread
from patients.models import Patient
from patients.policy import proxies_in_force
from portal.accounts.selectors import profiles
from portal.kernel import clock
from portal.notifications.selectors import by_day
from portal.outbox import selectors as letters

KIND = "messaging.new-message"
AFTER = timedelta(minutes=10)
"""How long somebody has to read it by themself."""
AGAIN = timedelta(days=3)
SPAN = timedelta(days=1)
"""For how long a letter is looked after that could not be written before."""
APART = timedelta(hours=4)
"""One letter tells of everything new in this time."""
OUTSIDE = ("patient", "proxy")
MOST = 500


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody should be told of a thread: of the newest message there, or once more."""

    thread_id: UUID
    person_id: UUID
    key: str
    again: str
    due_at: datetime


def due_notices() -> list[Notice]:
    """Whom to tell now, at most once for each message and reader, and seldom.

    At most so many at a time: what was told or read before takes nobody's place.
    """
    now = clock.now()
    found = _unread(now - AFTER, "new") + _unread(now - AGAIN, "again")
    known = letters.keys_there([notice.key for notice in found])
    told = letters.people_told(KIND, since=now - APART)
    fresh: dict[UUID, Notice] = {}
    for notice in found:
        if notice.key not in known and notice.person_id not in told:
            fresh.setdefault(notice.person_id, notice)
    return list(fresh.values())[:MOST]


def read_meanwhile() -> list[tuple[UUID, UUID]]:
    """Threads and readers of letters that wait although everything there is read by now."""
    waiting = letters.waiting_about(KIND)
    upto = _marks({thread for thread, _ in waiting})
    newest = dict(
        Thread.objects.filter(pk__in=[thread for thread, _ in waiting]).values_list(
            "pk", "last_message"
        )
    )
    return [pair for pair in waiting if upto.get(pair, 0) >= newest.get(pair[0], 0)]


def may_be_told(person_id: UUID, thread_id: UUID) -> bool:
    """True if this person is told of what is new in this thread, as things stand now."""
    patient = Thread.objects.filter(pk=thread_id).values_list("patient", flat=True).first()
    return patient is not None and person_id in _readers([patient])[patient]


def _unread(until: datetime, again: str) -> list[Notice]:
    """Threads whose newest message the clinic wrote before then, and who has not read it."""
    rows = Message.objects.filter(
        thread__last_message_at__lte=until,
        thread__last_message_at__gt=until - SPAN,
        sequence=F("thread__last_message"),
        kind=Kind.MESSAGE,
    ).exclude(author_role__in=OUTSIDE)
    threads = list(
        rows.order_by("thread__last_message_at").values_list(
            "thread", "thread__patient", "sequence"
        )
    )
    readers = _readers({patient for _, patient, _ in threads})
    upto = _marks({thread for thread, _, _ in threads})
    unread = [
        (thread, person, sequence)
        for thread, patient, sequence in threads
        for person in readers.get(patient, ())
        if upto.get((thread, person), 0) < sequence
    ]
    zones = _zones({person for _, person, _ in unread})
    now = clock.now()
    return [
        Notice(
            thread_id=thread,
            person_id=person,
            key=f"{KIND}.{again}.{thread.hex}.{sequence}.{person.hex}",
            again=again,
            due_at=by_day(now, zones[person]),
        )
        for thread, person, sequence in unread
        if person in zones
    ]


def _readers(patients: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Patients' own accounts, and those who act for them now."""
    found: dict[UUID, set[UUID]] = {patient: set() for patient in patients}
    own = Patient.objects.filter(pk__in=found, merged_into=None, person__isnull=False)
    for patient, person in own.values_list("pk", "person"):
        found[patient].add(person)
    for patient, person in (
        proxies_in_force().filter(patient__in=found).values_list("patient", "person")
    ):
        found[patient].add(person)
    return found


def _marks(threads: Iterable[UUID]) -> dict[tuple[UUID, UUID], int]:
    rows = ReadMark.objects.filter(thread__in=list(threads))
    return {(mark.thread_id, mark.person_id): mark.upto for mark in rows}


def _zones(people: Iterable[UUID]) -> dict[UUID, str]:
    return {person: profile.zone for person, profile in profiles(people).items()}
