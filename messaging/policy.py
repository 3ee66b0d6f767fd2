"""Who may read and write which threads: the only statement of it.

Lists, single reads, sockets and commands start from these querysets. They may look at the actor's
kind, roles and id and at the clock (`selectors.hot` compiles them).
"""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from messaging.models import Thread
from patients.policy import (
    correspondable_patient,
    correspondable_patients,
    reachable_patient,
    reachable_patients,
)
from portal.kernel.actor import Actor

PATIENT = OuterRef("patient_id")


def readable_threads(actor: Actor) -> QuerySet[Thread]:
    """Threads about patients whom the actor is, speaks for or cares for now."""
    return Thread.objects.filter(patient__in=reachable_patients(actor))


def readable_thread(actor: Actor, thread_id: UUID) -> QuerySet[Thread]:
    """The same, asked of one thread: what a clinician reads must not cost by the patients."""
    return Thread.objects.filter(Exists(reachable_patient(actor, PATIENT)), pk=thread_id)


def writable_threads(actor: Actor) -> QuerySet[Thread]:
    """Threads in which the actor may write, close and reopen. A closed one is still theirs."""
    return Thread.objects.filter(patient__in=correspondable_patients(actor))


def writable_thread(actor: Actor, thread_id: UUID) -> QuerySet[Thread]:
    """The same, asked of one thread."""
    return Thread.objects.filter(Exists(correspondable_patient(actor, PATIENT)), pk=thread_id)
