"""The queue of those who answer: what waits, whose it is, who was asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from messaging import policy
from messaging.models import Aside, AsideKind, Message, State, Thread
from messaging.selectors.inbox import Cursor, InboxRow, rows_of
from portal.kernel.actor import Actor

MOST_FRESH = 50


class Queue(StrEnum):
    """Which threads of the queue are shown."""

    OPEN = "open"
    UNCLAIMED = "unclaimed"
    MINE = "mine"
    ASKED = "asked"
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def is_dated(self) -> bool:
        """True where the newest comes first and page follows page; else who waits longest."""
        return self in {Queue.ANSWERED, Queue.CLOSED}


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of each."""

    open: int = 0
    unclaimed: int = 0
    mine: int = 0
    asked: int = 0


def desk_rows(actor: Actor, queue: Queue, before: Cursor | None, limit: int) -> list[InboxRow]:
    """These threads of those whom the actor tends, at most so many."""
    threads = _of(actor, queue, policy.tended_threads(actor))
    if not queue.is_dated:
        return rows_of(actor, threads.order_by(*_LONGEST)[:limit])
    if before is not None:
        earlier = Q(changed_at=before.changed_at, id__lt=before.thread_id)
        threads = threads.filter(Q(changed_at__lt=before.changed_at) | earlier)
    return rows_of(actor, threads.order_by("-changed_at", "-id")[:limit])


def next_in(actor: Actor, queue: Queue, but: UUID) -> UUID | None:
    """The thread of this queue that comes first, leaving out this one."""
    threads = _of(actor, queue, policy.tended_threads(actor)).exclude(pk=but)
    order = ("-changed_at", "-id") if queue.is_dated else _LONGEST
    return threads.order_by(*order).values_list("pk", flat=True).first()


def counts(actor: Actor) -> Counts:
    """How much waits, is unclaimed, is the actor's, and asks the actor: one statement."""
    waits = Q(waiting_since__isnull=False)
    threads = policy.tended_threads(actor).filter(state=State.OPEN)
    threads = threads.annotate(is_asked=asked(actor), is_held=policy.held())
    found = threads.aggregate(
        open=Count("pk", filter=waits),
        unclaimed=Count("pk", filter=waits & Q(is_held=False)),
        mine=Count("pk", filter=Q(owner_id=actor.id)),
        asked=Count("pk", filter=Q(is_asked=True)),
    )
    return Counts(**found)


def came_to_wait(actor: Actor, since: datetime) -> list[UUID]:
    """The threads that began to wait after this instant, at most fifty."""
    threads = policy.tended_threads(actor).filter(waiting_since__gt=since)
    return list(threads.order_by("waiting_since", "id").values_list("pk", flat=True)[:MOST_FRESH])


def who_are_asked(actor: Actor, thread_ids: list[UUID]) -> set[UUID]:
    """Those of the threads in which a note asks the actor."""
    found = Thread.objects.filter(asked(actor), pk__in=thread_ids)
    return {*found.values_list("pk", flat=True)}


def asked(actor: Actor) -> Exists:
    """A note at the thread at hand asks the actor, who has done nothing there since."""
    here = {"thread": OuterRef("thread"), "author_id": actor.id}
    wrote = Message.objects.filter(**here, sent_at__gt=OuterRef("written_at"))
    did = Aside.objects.filter(**here, sequence__gt=OuterRef("sequence"))
    notes = Aside.objects.filter(thread=OuterRef("pk"), kind=AsideKind.NOTE, person_id=actor.id)
    return Exists(notes.exclude(Exists(wrote)).exclude(Exists(did)))


_LONGEST = (F("waiting_since").asc(nulls_last=True), "id")


def _of(actor: Actor, queue: Queue, threads: QuerySet[Thread]) -> QuerySet[Thread]:
    if queue is Queue.CLOSED:
        return threads.filter(state=State.CLOSED)
    threads = threads.filter(state=State.OPEN)
    match queue:
        case Queue.MINE:
            return threads.filter(owner_id=actor.id)
        case Queue.ASKED:
            return threads.filter(asked(actor))
        case Queue.ANSWERED:
            return threads.filter(waiting_since=None)
        case Queue.UNCLAIMED:
            return threads.exclude(waiting_since=None).exclude(policy.held())
        case _:
            return threads.exclude(waiting_since=None)
