"""Questions about accesses: in the patient's report, and in the queue of who answers them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from patients import policy, selectors
from patients.models import AccessQuestion, Patient, question_place
from patients.readings.lines import PatientLine, lines_under, names_under
from patients.readings.logbook import (
    LogLine,
    in_order,
    line_of,
    people_in,
    refuse_unless_reviewing,
)
from patients.readings.looks import looks_of
from patients.readings.whom import Whom, Witness
from patients.readings.wording import told_in_words
from patients.vocabulary import QUESTIONS, Event
from portal.accounts.selectors import name_of
from portal.audit import actions as audit
from portal.audit.readings import report, review
from portal.audit.readings.review import Health
from portal.audit.vocabulary import Event as AuditEvent
from portal.audit.vocabulary import events
from portal.crypto import keys
from portal.crypto.envelope import OpenKey, unseal
from portal.kernel import clock
from portal.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class QuestionMark:
    """How a question stands, without its words."""

    id: UUID
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """The access that a question is about, as its patient is told."""

    entry: UUID
    at: datetime
    whom: Whom
    words: str
    is_tried: bool


@dataclass(frozen=True, slots=True, repr=False)
class AskPage:
    """What somebody sees before they ask."""

    patient_id: UUID
    patient_name: str
    is_own: bool
    access: Access
    standing: QuestionMark | None
    """The question about this access that waits already."""
    days: int


@dataclass(frozen=True, slots=True, repr=False)
class OwnQuestionPage:
    """A question and its answer, beside the access, for who may see who looked."""

    patient_id: UUID
    patient_name: str
    is_own: bool
    access: Access | None
    mark: QuestionMark
    asked_by_name: str
    is_mine: bool
    asked: str
    answer: str


@dataclass(frozen=True, slots=True, repr=False)
class QueueLine:
    """One question in the queue."""

    mark: QuestionMark
    patient: PatientLine | None


@dataclass(frozen=True, slots=True, repr=False)
class DeskPage:
    """The privacy officer's first page."""

    waiting: list[QueueLine]
    n_waiting: int
    answered: list[QueueLine]
    health: Health


@dataclass(frozen=True, slots=True, repr=False)
class AnswerPage:
    """What a privacy officer sees to answer one question, and nothing else of the patient."""

    mark: QuestionMark
    patient: PatientLine | None
    asked_by_name: str
    is_proxy: bool
    is_about_reader: bool
    """True if the access in question is the reader's own."""
    asked: str
    answer: str
    line: LogLine | None


def mark_of(question: AccessQuestion) -> QuestionMark:
    """How this question stands now."""
    is_late = question.answered_at is None and question.due_at < clock.now()
    return QuestionMark(
        question.pk, question.asked_at, question.due_at, question.answered_at, is_late
    )


def ask_page(actor: Actor, patient_id: UUID, entry_id: UUID) -> AskPage:
    """The access that somebody is about to ask about, and when an answer is promised.

    Refuses: NotFound, also for an entry about somebody else.
    Records: AUDIT_READ.
    """
    patient = selectors.fetch_patient(actor, patient_id, among=policy.reportable_patients)
    access = _access(actor, patient, entry_id)
    names = names_under([patient_id])
    if access is None or not names:
        raise selectors.not_found(patient_id)
    is_own = patient.person_id == actor.id
    audit.record_alone(actor, AuditEvent.AUDIT_READ, patient=patient_id, on_behalf=not is_own)
    open_ones = selectors.questions_about(actor, patient_id)
    same = (one for one in open_ones if one.entry == entry_id and not one.answered_at)
    found = next(same, None)
    return AskPage(
        patient_id=patient_id,
        patient_name=names[patient_id],
        is_own=is_own,
        access=access,
        standing=mark_of(found) if found else None,
        days=settings.ANSWER_DAYS,
    )


def own_question(actor: Actor, question_id: UUID) -> OwnQuestionPage:
    """A question and its answer, for the patient and for a proxy with full scope.

    Refuses: NotFound.
    Records: QUESTION_READ.
    """
    question = selectors.fetch_question(actor, question_id, among=policy.readable_questions)
    patient, is_own = question.patient, question.patient.person_id == actor.id
    names = names_under([patient.pk])
    if not names:
        raise selectors.not_found(patient.pk)
    audit.record_alone(
        actor,
        Event.QUESTION_READ,
        patient=patient.pk,
        subject=question_id,
        on_behalf=not is_own,
    )
    asked, answer = _words_of(question)
    return OwnQuestionPage(
        patient_id=patient.pk,
        patient_name=names[patient.pk],
        is_own=is_own,
        access=_access(actor, patient, question.entry),
        mark=mark_of(question),
        asked_by_name=name_of(question.asked_by),
        is_mine=question.asked_by == actor.id,
        asked=asked,
        answer=answer,
    )


def desk(actor: Actor) -> DeskPage:
    """What waits for an answer, the first promise first, and how the log stands.

    Refuses: NotAllowed.
    Records: QUESTIONS_LISTED, which names those who are shown.
    """
    refuse_unless_reviewing(actor)
    waiting, answered = selectors.waiting_questions(actor), selectors.answered_questions(actor)
    shown = {question.patient_id for question in (*waiting, *answered)}
    audit.record_alone(actor, Event.QUESTIONS_LISTED, patients=in_order(shown), shown=len(shown))
    named = lines_under(shown)
    return DeskPage(
        waiting=[QueueLine(mark_of(one), named.get(one.patient_id)) for one in waiting],
        n_waiting=selectors.count_waiting(actor),
        answered=[QueueLine(mark_of(one), named.get(one.patient_id)) for one in answered],
        health=review.health(),
    )


def answer_page(actor: Actor, question_id: UUID) -> AnswerPage:
    """One question, the access that it is about, and the answer if there is one.

    Refuses: NotFound.
    Records: QUESTION_READ.
    """
    question = selectors.fetch_question(actor, question_id, among=policy.answerable_questions)
    patient_id = question.patient_id
    found = review.entry_at(question.entry)
    audit.record_alone(actor, Event.QUESTION_READ, patient=patient_id, subject=question_id)
    asked, answer = _words_of(question)
    named = lines_under([patient_id])
    line = None
    if found is not None:
        line = line_of(found.reviewed, people_in([found.reviewed]), named)
    return AnswerPage(
        mark=mark_of(question),
        patient=named.get(patient_id),
        asked_by_name=name_of(question.asked_by),
        is_proxy=question.patient.person_id != question.asked_by,
        is_about_reader=line is not None and line.doer.id == actor.id,
        asked=asked,
        answer=answer,
        line=line,
    )


def review_card(actor: Actor) -> dict[str, Any]:
    """The first page of those who review the log: how many questions wait, without names."""
    if not policy.may_review(actor):
        return {}
    waiting = selectors.waiting_questions(actor)
    return {
        "reviews": True,
        "n_questions": selectors.count_waiting(actor),
        "first_promise": mark_of(waiting[0]) if waiting else None,
        "log_health": review.health(),
    }


def exported_questions(patient_id: UUID) -> list[dict[str, Any]]:
    """What was asked about who looked at this record, and what was answered."""
    rows = AccessQuestion.objects.filter(patient=patient_id).order_by("pk")
    return [
        {
            "asked_at": row.asked_at,
            "answered_at": row.answered_at,
            **dict(zip(("asked", "answer"), _words_of(row), strict=True)),
        }
        for row in rows
    ]


def marks_by_entry(questions: Iterable[AccessQuestion]) -> dict[UUID, QuestionMark]:
    """How the questions about entries stand, the newest question about each."""
    return {one.entry: mark_of(one) for one in sorted(questions, key=lambda each: each.pk)}


def _words_of(question: AccessQuestion) -> tuple[str, str]:
    """What was asked, and what was answered. The caller leaves the entry."""
    try:
        key = keys.open_data_key(question.patient_id, QUESTIONS, question.patient_id)
    except keys.KeyMissing:
        raise selectors.not_found(question.patient_id) from None
    sealed = (("asked", question.asked_sealed), ("answer", question.answer_sealed))
    asked, answer = (
        _opened(key.of(bytes(blob)), question.pk, name, bytes(blob)) if blob else ""
        for name, blob in sealed
    )
    return asked, answer


def _opened(key: OpenKey, question_id: UUID, name: str, sealed: bytes) -> str:
    return unseal(key, sealed, question_place(key, question_id, name)).decode()


def _access(actor: Actor, patient: Patient, entry_id: UUID) -> Access | None:
    """The access as the report tells it; None for what is about somebody else."""
    try:
        entry = report.entry_about(patient.pk, entry_id)
    except keys.KeyGone:
        return None
    if entry is None:
        return None
    witness = Witness(actor, patient, [entry])
    look = looks_of([entry], events(), entry.row.at)[0]
    words = told_in_words(look, witness.names)
    return Access(entry_id, entry.row.at, witness.whom(entry), words, look.is_tried)
