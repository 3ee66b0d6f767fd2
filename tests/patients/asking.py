"""Questions about accesses, as tests ask and answer them."""

from patients import actions
from portal.audit import actions as audit
from portal.kernel import door
from portal.kernel.ids import new_id
from portal.outbox.models import Letter, State
from tests.harness.canary import spoken

WHY, ANSWER = "Why did she look?", "She was on call that night."


def a_look(cast, record=None):
    """Dr Cara opened Ada's record: the entry."""
    return audit.record_alone(
        cast.cara.actor, "chart.read", patient=record or cast.ada_record, encounters=0
    )


def asked(cast, *, by=None, entry=None, text=WHY, command_id=None):
    return door.run(
        actions.ask_question,
        (by or cast.ada).actor,
        cast.ada_record,
        entry or a_look(cast),
        spoken(text),
        command_id=command_id or new_id(),
    )


def answered(cast, question, *, by=None, text=ANSWER, command_id=None):
    return door.run(
        actions.answer_question,
        (by or cast.ivy).actor,
        question.pk,
        spoken(text),
        command_id=command_id or new_id(),
    )


def letters(kind):
    return {letter.to_person for letter in Letter.objects.filter(kind=kind, state=State.QUEUED)}
