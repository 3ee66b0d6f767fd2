"""Internal notes: what colleagues tell each other beside a thread. No patient ever gets one."""

from uuid import UUID

from messaging import selectors
from messaging.actions.asides import Beside, Noted
from messaging.actions.items import Asked
from messaging.actions.wording import Wording
from messaging.errors import CannotTend
from messaging.models import AsideKind
from messaging.vocabulary import Event
from portal.kernel.actor import Actor


def write_note(
    actor: Actor, thread_id: UUID, text: str, *, asks: UUID | None = None, command_id: UUID
) -> Noted:
    """The note stands beside the thread, for those who tend it; whom it asks is told so.

    Refuses: NotFound, TextMissing, TextTooLong, CannotTend, CommandReused, RecordErased.
    Locks: the thread.
    Records: NOTE_WRITTEN.
    """
    text = Wording.message(text)
    content = ("note", text, asks.hex if asks else "")
    asked = Asked(actor.id, command_id, AsideKind.NOTE, content)
    detail = {"asks": asks} if asks else {}
    beside = Beside(asked, Event.NOTE_WRITTEN, text, person_id=asks, detail=detail)
    thread = selectors.lock_tended(actor, thread_id)
    if first := beside.first_result(thread_id):
        return first
    colleagues = selectors.tenders(thread.patient_id, thread.team_id)
    if asks is not None and (asks == actor.id or asks not in colleagues):
        raise CannotTend
    return beside.put(actor, thread)
