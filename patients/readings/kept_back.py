"""What a proxy's report leaves out: that somebody asked about the proxy's own looks."""

from dataclasses import replace
from uuid import UUID

from patients import selectors
from patients.vocabulary import Event
from portal.audit.readings import report as log
from portal.kernel.actor import Actor

ABOUT_ONE = {str(Event.REPORT_ASKED), str(Event.QUESTION_READ), str(Event.QUESTION_ANSWERED)}


def discreet(actor: Actor, patient_id: UUID, found: log.Found) -> log.Found:
    """The same without the entries of questions that the actor may not read.

    Where all of them are such, neither is it told that an officer saw a list of questions.
    """
    hidden, is_all = selectors.hidden_questions(actor, patient_id)
    if not hidden:
        return found
    kept = [each for each in found.entries if not _tells(each, hidden, is_all=is_all)]
    return replace(found, entries=kept)


def _tells(entry: log.OpenEntry, hidden: set[UUID], *, is_all: bool) -> bool:
    if entry.row.event == Event.QUESTIONS_LISTED:
        return is_all
    subject = entry.details.get("subject")
    return entry.row.event in ABOUT_ONE and bool(subject) and UUID(str(subject)) in hidden
