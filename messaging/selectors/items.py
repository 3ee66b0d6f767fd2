"""Items of a thread in order, through the policy, still sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import FilteredRelation, Q, QuerySet

from messaging import policy
from messaging.models import Message, Thread
from messaging.selectors.hot import Hot
from messaging.selectors.threads import not_found
from portal.kernel.actor import Actor
from portal.kernel.statements import Row


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of a thread, still sealed."""

    id: UUID
    sequence: int
    kind: str
    author_id: UUID
    author_role: str
    on_behalf: bool
    body_sealed: bytes | None = field(repr=False)
    key_version: int
    sent_at: datetime
    command_id: UUID


class Found(NamedTuple):
    """What lies in a thread that the actor may read: items in order, and whether more follow."""

    items: Sequence[ItemRow]
    more: bool


AT_ONCE = 100
MOST_BYTES = 64 * 1024
"""Sealed texts of one piece; what is shown may take three times as much, as a frame of UTF-8."""
COLUMNS = (
    "id",
    "sequence",
    "kind",
    "author_id",
    "author_role",
    "on_behalf",
    "body_sealed",
    "key_version",
    "sent_at",
    "command_id",
)


def _fresh(actor: Actor, thread_id: UUID, after: int) -> QuerySet[Thread, Row]:
    # A left join: a thread without news still shows that it may be read.
    news = FilteredRelation("items", condition=Q(items__sequence__gt=after))
    threads = policy.readable_thread(actor, thread_id).annotate(fresh=news)
    columns = [f"fresh__{column}" for column in COLUMNS]
    return threads.order_by("fresh__sequence").values_list(*columns)[: AT_ONCE + 1]


FRESH = Hot(_fresh)


def items_after(actor: Actor, thread_id: UUID, after: int) -> Found:
    """What the actor may read *now* behind this sequence, a piece of it: one statement.

    Refuses NotFound.
    """
    rows = FRESH.rows(actor, thread_id, after)
    if not rows:
        raise not_found(thread_id)
    found = [ItemRow(*row) for row in rows if row[0] is not None]
    piece = _piece(found)
    return Found(piece, len(found) > len(piece))


def _piece(found: Sequence[ItemRow]) -> Sequence[ItemRow]:
    """The first of these, at least one: as many as one frame holds without being a burden."""
    size = 0
    for n, item in enumerate(found[:AT_ONCE]):
        size += len(item.body_sealed or b"")
        if n and size > MOST_BYTES:
            return found[:n]
    return found[:AT_ONCE]


def items_before(thread_id: UUID, before: int | None, limit: int) -> list[ItemRow]:
    """The last items of a thread that was fetched, or those before this sequence, in order."""
    items = Message.objects.filter(thread=thread_id)
    if before is not None:
        items = items.filter(sequence__lt=before)
    found = items.order_by("-sequence").values_list(*COLUMNS)[:limit]
    return [ItemRow(*row) for row in reversed(found)]


def find_item(author_id: UUID, command_id: UUID) -> Message | None:
    """The item that this command of this author made, if it was carried out before."""
    return Message.objects.filter(author_id=author_id, command_id=command_id).first()
