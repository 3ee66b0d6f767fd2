"""What the clinic writes down in a visit: a note to who waits, and the opening answers."""

import json
from typing import Any
from uuid import UUID

from portal.crypto.envelope import seal
from portal.kernel.actor import Actor
from portal.kernel.errors import BadInput
from portal.kernel.ids import new_id
from scheduling.visits import policy
from scheduling.visits.actions.held import Asked, Held
from scheduling.visits.errors import NotNow, WordsMissing, WordsTooLong
from scheduling.visits.models import Confirmation, answers_place, note_place
from scheduling.visits.states import TALKING
from scheduling.visits.vocabulary import NOTES, SAFE, Event

MOST_WORDS = 200


def note(
    actor: Actor, appointment_id: UUID, code: str, text: str = "", *, command_id: UUID
) -> dict[str, Any]:
    """Whoever waits reads this note, and none before it.

    Refuses: NotFound, AlreadyOver, BadInput, WordsMissing, WordsTooLong, CommandReused,
        RecordErased.
    Locks: the visit.
    Records: VISIT_NOTED.
    """
    if code not in NOTES:
        raise BadInput
    text = _line(text)
    if code == "other" and not text:
        raise WordsMissing
    held = Held.take(actor, appointment_id, among=policy.watched_visits)
    asked = Asked(held, command_id, "note", code, text)
    if first := asked.first_result():
        return first
    held.require_open()
    visit, key = held.visit, held.key()
    number = visit.sequence + 1
    sealed = seal(key, text.encode(), note_place(key, visit.pk, number)) if text else None
    held.put(held.room, note_code=code, note_sealed=sealed, note_sequence=number, note_at=held.now)
    held.record(Event.VISIT_NOTED, note=code)
    return asked.done(code=code)


def confirm(
    actor: Actor,
    appointment_id: UUID,
    answers: dict[str, Any],
    *,
    command_id: UUID,
) -> dict[str, Any]:
    """The opening questions are answered: who is there, where, how to call back, is it safe.

    Refuses: NotFound, NotNow, AlreadyOver, BadInput, WordsTooLong, CommandReused, RecordErased.
    Locks: the visit.
    Records: VISIT_CONFIRMED.
    """
    kept = _checked(answers)
    packed = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    held = Held.take(actor, appointment_id, among=policy.hosted_visits)
    asked = Asked(held, command_id, "confirm", packed)
    if first := asked.first_result():
        return first
    held.require_open()
    if held.room.state not in TALKING:
        raise NotNow
    key, confirmation_id = held.key(), new_id()
    Confirmation.objects.create(
        id=confirmation_id,
        visit=held.visit,
        by=actor.id,
        at=held.now,
        answers_sealed=seal(key, packed.encode(), answers_place(key, confirmation_id)),
    )
    held.put(held.room)
    held.record(Event.VISIT_CONFIRMED, safe=kept["safe"])
    return asked.done(confirmed=str(confirmation_id))


def _line(text: str) -> str:
    """The text on one line, without what cannot be seen. Refuses WordsTooLong."""
    if len(text) > 4 * MOST_WORDS:
        raise WordsTooLong
    shown = "".join(char if char.isprintable() else " " for char in text)
    kept = " ".join(shown.split())
    if len(kept) > MOST_WORDS:
        raise WordsTooLong
    return kept


def _checked(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers, cleaned. Refuses BadInput, WordsTooLong."""
    flags, texts = ("name", "birth"), ("place", "phone", "others")
    if answers.keys() != {*flags, *texts, "safe"} or answers["safe"] not in SAFE:
        raise BadInput
    if not all(type(answers[flag]) is bool for flag in flags):
        raise BadInput
    if not all(isinstance(answers[name], str) for name in texts):
        raise BadInput
    return answers | {name: _line(answers[name]) for name in texts}
