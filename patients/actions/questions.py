"""Asking about an access, and answering: sealed, with a promise, told by letters without words."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings

from patients import policy, selectors
from patients.actions.receipts import first_result
from patients.errors import AnsweredAlready, AskedAlready, TooManyQuestions
from patients.models import AccessQuestion, question_place
from patients.vocabulary import ANSWERED, QUESTIONS, WAITS, Event
from portal.accounts.selectors import people_with_role
from portal.audit import actions as audit
from portal.audit.readings import report as log
from portal.crypto import keys
from portal.crypto.envelope import OpenKey, seal
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id
from portal.outbox import actions as outbox


def ask_question(
    actor: Actor, patient_id: UUID, entry_id: UUID, text: str, *, command_id: UUID
) -> AccessQuestion:
    """The privacy officers have this question about an access, and a day to answer it by.

    Refuses: NotFound, AskedAlready, TooManyQuestions, CommandReused.
    Locks: the patient.
    Records: REPORT_ASKED.
    """
    patient = selectors.lock_patient(actor, patient_id, among=policy.reportable_patients)
    question_id, now = new_id(), clock.now()
    content = ("ask", patient_id, entry_id, text)
    if first := first_result(actor, command_id, content, question_id):
        return AccessQuestion.objects.get(pk=first)
    try:
        entry = log.entry_about(patient_id, entry_id)
    except keys.KeyGone:
        entry = None
    if entry is None:
        raise selectors.not_found(patient_id)
    if selectors.is_asked(actor, patient_id, entry_id):
        raise AskedAlready
    if not selectors.has_room(patient_id):
        raise TooManyQuestions
    question = AccessQuestion.objects.create(
        id=question_id,
        patient=patient,
        entry=entry_id,
        whose=_whose(entry),
        asked_by=actor.id,
        asked_at=now,
        due_at=now + timedelta(days=settings.ANSWER_DAYS),
        asked_sealed=_sealed(_key(patient_id), question_id, "asked", text),
    )
    is_own = patient.person_id == actor.id
    audit.record(
        actor,
        Event.REPORT_ASKED,
        patient=patient_id,
        subject=question_id,
        on_behalf=not is_own,
    )
    _tell(actor, WAITS, question, {*people_with_role(*policy.REVIEWING)} - {actor.id})
    return question


def answer_question(
    actor: Actor, question_id: UUID, text: str, *, command_id: UUID
) -> AccessQuestion:
    """The answer stands beside the access, and who may read it is told that there is one.

    Refuses: NotFound, AnsweredAlready, CommandReused.
    Locks: the question.
    Records: QUESTION_ANSWERED.
    """
    question = selectors.fetch_question(
        actor, question_id, among=policy.answerable_questions, lock=True
    )
    if first_result(actor, command_id, ("answer", question_id, text), new_id()):
        return question
    if question.answered_at:
        raise AnsweredAlready
    try:
        key = _key(question.patient_id)
    except keys.KeyGone:
        raise selectors.not_found(question.patient_id) from None
    question.answered_by, question.answered_at = actor.id, clock.now()
    question.answer_sealed = _sealed(key, question_id, "answer", text)
    question.save(update_fields=["answered_by", "answered_at", "answer_sealed"])
    audit.record(actor, Event.QUESTION_ANSWERED, patient=question.patient_id, subject=question_id)
    outbox.withdraw(actor, question_id, kinds=[WAITS])
    _tell(actor, ANSWERED, question, selectors.readers_of_answer(question))
    return question


def _whose(entry: log.OpenEntry) -> UUID | None:
    """Who looked; nobody if the details of the entry are no longer kept."""
    doer = entry.details.get("actor")
    return UUID(str(doer)) if doer else None


def _tell(actor: Actor, kind: str, question: AccessQuestion, people: set[UUID]) -> None:
    """Each is told by letter that there is something to read, and nothing of it."""
    for person in sorted(people):
        outbox.post(
            actor,
            kind,
            to=person,
            params={"question": question.pk, "patient": question.patient_id},
            key=f"{kind}.{question.pk.hex}.{person.hex}",
            about=question.pk,
        )


def _key(patient_id: UUID) -> OpenKey:
    return keys.create_data_key(patient_id, QUESTIONS, patient_id)


def _sealed(key: OpenKey, question_id: UUID, field: str, text: str) -> bytes:
    return seal(key, text.encode(), question_place(key, question_id, field))
