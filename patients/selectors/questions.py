"""Questions about accesses: found under a rule, or waiting for an answer."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import QuerySet

from patients import policy
from patients.models import AccessQuestion, Scope
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound

QuestionRule = Callable[[Actor], "QuerySet[AccessQuestion]"]
WAITING = 50
ANSWERED = 10
MOST_OPEN = 20


def fetch_question(
    actor: Actor, question_id: UUID, *, among: QuestionRule, lock: bool = False
) -> AccessQuestion:
    """The question, if this rule opens it to the actor. Raises NotFound."""
    rows = among(actor).select_for_update(of=("self",)) if lock else among(actor)
    found = rows.filter(pk=question_id).first()
    if found is None:
        there = AccessQuestion.objects.filter(pk=question_id).first()
        raise NotFound(
            kind="question",
            subject=there.pk if there else None,
            patient=there.patient_id if there else None,
        )
    return found


def waiting_questions(actor: Actor) -> list[AccessQuestion]:
    """Questions that the actor may answer and nobody has, those due first first."""
    rows = policy.answerable_questions(actor).filter(answered_at=None)
    return list(rows.order_by("due_at", "id")[:WAITING])


def answered_questions(actor: Actor) -> list[AccessQuestion]:
    """The last that were answered."""
    rows = policy.answerable_questions(actor).filter(answered_at__isnull=False)
    return list(rows.order_by("-answered_at", "-id")[:ANSWERED])


def count_waiting(actor: Actor) -> int:
    """How many wait for an answer by somebody like the actor."""
    return policy.answerable_questions(actor).filter(answered_at=None).count()


def questions_about(actor: Actor, patient_id: UUID) -> list[AccessQuestion]:
    """What was asked about who looked at this record, the newest first."""
    rows = policy.readable_questions(actor).filter(patient=patient_id)
    return list(rows.order_by("-id")[:WAITING])


def hidden_questions(actor: Actor, patient_id: UUID) -> tuple[set[UUID], bool]:
    """Which questions about this record the actor may not read, and whether that is all of them."""
    all_of_them = AccessQuestion.objects.filter(patient=patient_id)
    ids = {*all_of_them.values_list("pk", flat=True)}
    readable = policy.readable_questions(actor).filter(patient=patient_id)
    hidden = ids - {*readable.values_list("pk", flat=True)} if ids else ids
    return hidden, hidden == ids


def has_room(patient_id: UUID) -> bool:
    """True if one more question about this record can be asked."""
    return AccessQuestion.objects.filter(patient=patient_id, answered_at=None).count() < MOST_OPEN


def is_asked(actor: Actor, patient_id: UUID, entry_id: UUID) -> bool:
    """True if a question about this entry, that the actor may read, waits for its answer."""
    rows = policy.readable_questions(actor).filter(patient=patient_id, entry=entry_id)
    return rows.filter(answered_at=None).exists()


def readers_of_answer(question: AccessQuestion) -> set[UUID]:
    """Who is told of an answer: the patient, and who asked if they may still read it."""
    patient = question.patient
    full = policy.proxies_in_force().filter(
        patient=patient, person=question.asked_by, scope=Scope.FULL
    )
    readers = {patient.person_id} if patient.person_id else set()
    return readers | ({question.asked_by} if full.exists() else set())
