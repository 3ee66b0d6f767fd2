"""Rows of a reader's list of threads: the newest message of each, and what is new in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from django.db.models import (
    Count,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Greatest

from messaging import policy
from messaging.models import Kind, Message, State, Thread
from messaging.selectors.threads import seen
from portal.kernel.actor import Actor
from portal.kernel.errors import BadInput
from portal.kernel.ids import parse_id
from portal.kernel.statements import Row

MOST_UNREAD = 99
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Show(StrEnum):
    """Which threads a list shows."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of a list begins: behind the thread that changed then."""

    changed_at: datetime
    thread_id: UUID

    def __str__(self) -> str:
        micros = (self.changed_at - _EPOCH) // timedelta(microseconds=1)
        return f"{micros}.{self.thread_id.hex}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The cursor that this text spells. Refuses BadInput."""
        micros, _, hexes = text.partition(".")
        try:
            if len(micros) > 16 or not (micros.isascii() and micros.isdecimal()):
                raise ValueError
            return cls(_EPOCH + timedelta(microseconds=int(micros)), parse_id(hexes))
        except (ValueError, OverflowError):
            raise BadInput from None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One thread of a list, still sealed."""

    thread_id: UUID
    patient_id: UUID
    state: str
    changed_at: datetime
    waiting_since: datetime | None
    topic_sealed: bytes = field(repr=False)
    message_id: UUID
    sequence: int
    author_id: UUID
    author_role: str
    on_behalf: bool
    body_sealed: bytes = field(repr=False)
    sent_at: datetime
    unread: int
    team_id: UUID | None
    team_since: datetime | None
    owner_id: UUID | None
    owned_since: datetime | None
    is_held: bool
    is_seen: bool

    @property
    def cursor(self) -> Cursor:
        """Where the list goes on behind this thread."""
        return Cursor(self.changed_at, self.thread_id)


def inbox_rows(actor: Actor, show: Show, before: Cursor | None, limit: int) -> list[InboxRow]:
    """The actor's threads, the last changed first, behind the cursor, at most so many."""
    threads = policy.readable_threads(actor)
    if show is not Show.ALL:
        threads = threads.filter(state=State(show))
    if before is not None:
        threads = threads.filter(
            Q(changed_at__lt=before.changed_at)
            | Q(changed_at=before.changed_at, id__lt=before.thread_id)
        )
    return rows_of(actor, threads.order_by("-changed_at", "-id")[:limit])


def waiting_rows(actor: Actor, limit: int) -> list[InboxRow]:
    """The actor's threads in which the clinic owes an answer, the longest waiting first."""
    threads = policy.readable_threads(actor).exclude(waiting_since=None)
    return rows_of(actor, threads.order_by("waiting_since", "id")[:limit])


def n_waiting(actor: Actor) -> int:
    """In how many of the actor's threads the clinic owes an answer."""
    return policy.readable_threads(actor).exclude(waiting_since=None).count()


def rows_of(actor: Actor, threads: QuerySet[Thread]) -> list[InboxRow]:
    """The rows of these threads, in their order. First which, then what: or all would be read."""
    ids = list(threads.values_list("pk", flat=True))
    annotated = Thread.objects.filter(pk__in=ids).annotate(
        newest=FilteredRelation("items", condition=Q(items__sequence=F("last_message"))),
        mark=FilteredRelation("marks", condition=Q(marks__person_id=actor.id)),
        unread=Coalesce(Subquery(_unread(actor), output_field=IntegerField()), 0),
        is_held=policy.held(),
        is_seen=seen(),
    )
    found: Iterable[Row] = annotated.values_list(
        "id",
        "patient_id",
        "state",
        "changed_at",
        "waiting_since",
        "topic_sealed",
        "newest__id",
        "newest__sequence",
        "newest__author_id",
        "newest__author_role",
        "newest__on_behalf",
        "newest__body_sealed",
        "newest__sent_at",
        "unread",
        "team_id",
        "team_since",
        "owner_id",
        "owned_since",
        "is_held",
        "is_seen",
    )
    rows = {row.thread_id: row for row in (InboxRow(*values) for values in found)}
    return [rows[thread_id] for thread_id in ids if thread_id in rows]


def _unread(actor: Actor) -> QuerySet[Message, tuple[int]]:
    """How many messages of others lie beyond the mark; only the newest 99 items are looked at."""
    seen = Greatest(
        Coalesce(OuterRef("mark__upto"), Value(0)), OuterRef("sequence") - Value(MOST_UNREAD)
    )
    mine = Message.objects.filter(thread=OuterRef("pk"), kind=Kind.MESSAGE, sequence__gt=seen)
    counted = mine.exclude(author_id=actor.id).order_by().values("thread")
    return counted.annotate(n=Count("pk")).values_list("n")
