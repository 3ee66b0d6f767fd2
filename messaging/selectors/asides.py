"""What stands beside a thread, in order, for those alone who tend it; still sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import FilteredRelation, Q

from messaging import policy
from messaging.models import Aside, State, Thread
from messaging.selectors.threads import not_found, service_role
from patients.policy import links_in_force
from portal.kernel.actor import Actor

AT_ONCE = 50
COLUMNS = (
    "id",
    "sequence",
    "kind",
    "author_id",
    "author_role",
    "person_id",
    "team_id",
    "body_sealed",
    "key_version",
    "written_at",
    "command_id",
)


@dataclass(frozen=True, slots=True)
class AsideRow:
    """One item beside a thread, still sealed."""

    id: UUID
    sequence: int
    kind: str
    author_id: UUID
    author_role: str
    person_id: UUID | None
    team_id: UUID | None
    body_sealed: bytes | None = field(repr=False)
    key_version: int
    written_at: datetime
    command_id: UUID


@dataclass(slots=True)
class Tended:
    """A thread whose row is locked by somebody who tends it."""

    id: UUID
    patient_id: UUID
    role: str
    is_closed: bool
    is_waiting: bool
    team_id: UUID | None
    owner_id: UUID | None
    owned_since: datetime | None
    note_sequence: int


class Beside(NamedTuple):
    """What lies beside a thread: items in order, and whether more follow."""

    items: Sequence[AsideRow]
    more: bool


def lock_tended(actor: Actor, thread_id: UUID) -> Tended:
    """The thread, if the actor tends it, locked until the transaction ends. Refuses NotFound."""
    row = policy.tended_thread(actor, thread_id).select_for_update(no_key=True).first()
    if row is None:
        raise not_found(thread_id)
    return Tended(
        id=row.pk,
        patient_id=row.patient_id,
        role=tending_role(actor, row.patient_id),
        is_closed=row.state == State.CLOSED,
        is_waiting=row.waiting_since is not None,
        team_id=row.team_id,
        owner_id=row.owner_id,
        owned_since=row.owned_since,
        note_sequence=row.note_sequence,
    )


def tending_role(actor: Actor, patient_id: UUID) -> str:
    """As what the actor tends a thread: the role on the care team, else the one at the clinic."""
    links = links_in_force().filter(patient=patient_id, person=actor.id).order_by("begins_at", "id")
    return links.values_list("role", flat=True).first() or service_role(actor)


def may_tend(actor: Actor, thread_id: UUID) -> bool:
    """True if the actor tends this thread."""
    return policy.tended_thread(actor, thread_id).exists()


def fetch_tended(actor: Actor, thread_id: UUID) -> Thread:
    """The thread, if the actor tends it. Refuses NotFound."""
    row = policy.tended_thread(actor, thread_id).first()
    if row is None:
        raise not_found(thread_id)
    return row


def asides_after(actor: Actor, thread_id: UUID, after: int) -> Beside:
    """What the actor may read *now* beside the thread behind this sequence: one statement.

    Refuses NotFound.
    """
    # A left join: a thread without notes still shows that it may be tended.
    news = FilteredRelation("asides", condition=Q(asides__sequence__gt=after))
    threads = policy.tended_thread(actor, thread_id).annotate(fresh=news)
    columns = [f"fresh__{column}" for column in COLUMNS]
    rows = list(threads.order_by("fresh__sequence").values_list(*columns)[: AT_ONCE + 1])
    if not rows:
        raise not_found(thread_id)
    found = [AsideRow(*row) for row in rows if row[0] is not None]
    return Beside(found[:AT_ONCE], len(found) > AT_ONCE)


def asides_between(
    thread_id: UUID, since: datetime | None, until: datetime | None
) -> list[AsideRow]:
    """What stands beside a thread that is tended, from the first instant to before the second."""
    rows = Aside.objects.filter(thread=thread_id)
    if since is not None:
        rows = rows.filter(written_at__gte=since)
    if until is not None:
        rows = rows.filter(written_at__lt=until)
    found = rows.order_by("-sequence").values_list(*COLUMNS)[: 4 * AT_ONCE]
    return [AsideRow(*row) for row in reversed(found)]


def find_aside(author_id: UUID, command_id: UUID) -> Aside | None:
    """The item that this command of this author made, if it was carried out before."""
    found = Aside.objects.select_related("thread")
    return found.filter(author_id=author_id, command_id=command_id).first()
