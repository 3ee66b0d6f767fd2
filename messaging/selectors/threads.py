"""One thread, through the policy: fetched for a page, or locked for a change."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from messaging import policy
from messaging.models import ReadMark, State, Thread
from messaging.selectors.hot import Hot
from patients.models import Patient, Proxy
from patients.policy import (
    correspondable_patient,
    correspondable_patients,
    links_in_force,
    proxies_in_force,
)
from patients.selectors import not_found as patient_not_found
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.kernel.statements import Row

PATIENT, PROXY = "patient", "proxy"
SERVING = ("clinician", "supervisor", "coordinator")
"""As what somebody answers for a team, the first of these that they are."""
MOST_CHOICES = 100


class MarkRow(NamedTuple):
    """How far one person has read, since when."""

    person_id: UUID
    upto: int
    at: datetime


class AsWhat:
    """As what somebody writes: `role` is patient, proxy, or the role on the care team."""

    __slots__ = ()
    role: str

    @property
    def is_on_behalf(self) -> bool:
        """True if what the actor writes is written for the patient."""
        return self.role == PROXY

    @property
    def is_from_clinic(self) -> bool:
        """True if the actor answers for the clinic."""
        return self.role not in {PATIENT, PROXY}


@dataclass(slots=True)
class Held(AsWhat):
    """A thread whose row is locked: all that the next item of it depends on."""

    id: UUID
    patient_id: UUID
    is_closed: bool
    sequence: int
    role: str
    is_waiting: bool = False
    """True while the clinic owes an answer."""


@dataclass(frozen=True, slots=True)
class ThreadRow(AsWhat):
    """A thread as it stands, still sealed, and as what the actor reads it."""

    id: UUID
    patient_id: UUID
    state: str
    waiting_since: datetime | None
    sequence: int
    topic_sealed: bytes = field(repr=False)
    last_message: int
    team_id: UUID | None
    team_since: datetime | None
    owner_id: UUID | None
    owned_since: datetime | None
    is_held: bool
    """True if its owner may still tend it."""
    is_seen: bool
    """True if somebody of the clinic has read the newest message."""
    role: str

    @property
    def is_closed(self) -> bool:
        """True if it takes no messages."""
        return self.state == State.CLOSED


def service_role(actor: Actor) -> str:
    """As what the actor answers for a team; empty for those who never do."""
    return next((role for role in SERVING if role in actor.roles), "")


def as_what(actor: Actor, patient: OuterRef) -> Case:
    """As what the actor writes about a patient: being the patient comes first, a team last."""
    mine = Patient.objects.filter(pk=patient, person=actor.id)
    grants = proxies_in_force().filter(patient=patient, person=actor.id)
    links = links_in_force().filter(patient=patient, person=actor.id).values("role")[:1]
    serving = service_role(actor)
    return Case(
        When(Exists(mine), then=Value(PATIENT)),
        When(Exists(grants), then=Value(PROXY)),
        default=Coalesce(Subquery(links), Value(serving)) if serving else Subquery(links),
        output_field=CharField(),
    )


def seen() -> Exists:
    """Somebody of the clinic has read the newest message of the thread at hand."""
    their = {"patient": OuterRef(OuterRef("patient_id")), "person": OuterRef("person_id")}
    mine = Patient.objects.filter(pk=their["patient"], person=their["person"])
    marks = ReadMark.objects.filter(thread=OuterRef("pk"), upto__gte=OuterRef("last_message"))
    return Exists(marks.exclude(Exists(mine)).exclude(Exists(Proxy.objects.filter(**their))))


def fetch_thread(actor: Actor, thread_id: UUID) -> ThreadRow:
    """The thread, if the actor may read it. Refuses NotFound."""
    found = (
        policy.readable_thread(actor, thread_id)
        .annotate(role=as_what(actor, policy.PATIENT), is_held=policy.held(), is_seen=seen())
        .values_list(
            "id",
            "patient_id",
            "state",
            "waiting_since",
            "sequence",
            "topic_sealed",
            "last_message",
            "team_id",
            "team_since",
            "owner_id",
            "owned_since",
            "is_held",
            "is_seen",
            "role",
        )
        .first()
    )
    if found is None:
        raise not_found(thread_id)
    row: Row = found
    return ThreadRow(*row)


def lock_thread(actor: Actor, thread_id: UUID) -> Held:
    """The thread, if the actor may write in it, locked until the transaction ends.

    Refuses NotFound.
    """
    for patient_id, state, waiting_since, sequence, role in LOCKED.rows(actor, thread_id):
        waits = waiting_since is not None
        return Held(thread_id, patient_id, state == State.CLOSED, sequence, role, waits)
    raise not_found(thread_id)


def may_write(actor: Actor, thread_id: UUID) -> bool:
    """True if the actor may write in this thread, or close and reopen it."""
    return policy.writable_thread(actor, thread_id).exists()


def may_open_threads(actor: Actor) -> bool:
    """True if there is somebody about whom the actor may begin a thread."""
    return correspondable_patients(actor).exists()


def correspondable(actor: Actor) -> list[UUID]:
    """Patients about whom the actor may write, at most as many as one can choose from."""
    ids = correspondable_patients(actor).order_by("-created_at", "-id").values_list("pk", flat=True)
    return list(ids[:MOST_CHOICES])


def threads_of(patient_id: UUID) -> QuerySet[Thread]:
    """Every thread about this patient, the oldest first, for whoever exports or erases."""
    return Thread.objects.filter(patient=patient_id).order_by("opened_at", "id")


def read_upto(person_id: UUID, thread_id: UUID) -> int:
    """Up to which sequence this person has read this thread."""
    mark = ReadMark.objects.filter(thread=thread_id, person_id=person_id)
    return mark.values_list("upto", flat=True).first() or 0


def marks_of(thread_id: UUID) -> list[MarkRow]:
    """How far everybody has read this thread, and when they got there."""
    rows = ReadMark.objects.filter(thread=thread_id).order_by("person_id")
    return [MarkRow(*row) for row in rows.values_list("person_id", "upto", "marked_at")]


def readable_upto(actor: Actor, thread_id: UUID) -> int:
    """The last sequence of the thread, if the actor may read it. Refuses NotFound."""
    for (sequence,) in REACH.rows(actor, thread_id):
        return int(sequence)
    raise not_found(thread_id)


def fetch_role(actor: Actor, patient_id: UUID) -> str:
    """As what the actor writes to the clinic about this patient. Refuses NotFound."""
    found = correspondable_patient(actor, patient_id)
    role = found.annotate(as_what=as_what(actor, OuterRef("pk"))).values_list("as_what", flat=True)
    if not role:
        raise patient_not_found(patient_id)
    return str(role[0])


def not_found(thread_id: UUID) -> NotFound:
    """The one answer for a thread that is not there and one that is not yours."""
    found = Thread.objects.filter(pk=thread_id).values_list("patient_id", flat=True).first()
    return NotFound(kind="thread", subject=thread_id if found else None, patient=found)


def _locked(actor: Actor, thread_id: UUID, _: int) -> QuerySet[Thread, Row]:
    # No other table stands in FROM, so no other row is locked.
    threads = policy.writable_thread(actor, thread_id).select_for_update(no_key=True)
    return threads.annotate(role=as_what(actor, policy.PATIENT)).values_list(
        "patient_id", "state", "waiting_since", "sequence", "role"
    )


def _reach(actor: Actor, thread_id: UUID, _: int) -> QuerySet[Thread, Row]:
    return policy.readable_thread(actor, thread_id).values_list("sequence")


LOCKED = Hot(_locked)
REACH = Hot(_reach)
