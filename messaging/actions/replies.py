"""Going on with a thread: replying, closing, reopening. Three verbs, three buttons."""

from uuid import UUID

from messaging import selectors
from messaging.actions.drafts import spend_draft
from messaging.actions.items import Asked, Item, Sent
from messaging.actions.marks import move_mark
from messaging.actions.wording import Wording
from messaging.errors import AlreadyClosed, AlreadyOpen, CommandReused, ThreadClosed
from messaging.models import Kind
from messaging.readings.drafts import Words
from messaging.selectors import Held, Seen
from messaging.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel.actor import Actor
from portal.kernel.errors import Refusal
from portal.realtime import groups
from portal.realtime.nudge import nudge


def reply(
    actor: Actor,
    thread_id: UUID,
    text: str,
    *,
    command_id: UUID,
    seen: int | None = None,
    draft: Seen | None = None,
) -> Sent:
    """The message stands at the end of the thread, and the draft that it was is gone.

    `seen` is the last sequence of the page it was written on: a page without scripts has no other
    way to say that it was read.

    Refuses: NotFound, ThreadClosed, TextMissing, TextTooLong, CommandReused, RecordErased.
    Locks: the thread, the draft.
    Records: MESSAGE_SENT.
    """
    text = Wording.message(text)
    asked = Asked(actor.id, command_id, Kind.MESSAGE, ("reply", text))
    sent = _append(actor, thread_id, asked, Event.MESSAGE_SENT, text, seen)
    if draft and sent.is_new:
        spend_draft(actor, Words(text), draft, thread_id=thread_id, patient_id=None)
    return sent


def close_thread(actor: Actor, thread_id: UUID, *, command_id: UUID) -> Sent:
    """The thread is closed: everything stays readable, nothing is added until it is reopened.

    Refuses: NotFound, AlreadyClosed, CommandReused, RecordErased.
    Locks: the thread.
    Records: THREAD_CLOSED.
    """
    asked = Asked(actor.id, command_id, Kind.CLOSED, ("close",))
    return _append(actor, thread_id, asked, Event.THREAD_CLOSED)


def reopen_thread(actor: Actor, thread_id: UUID, *, command_id: UUID) -> Sent:
    """The thread is open again, and waits for the clinic.

    Refuses: NotFound, AlreadyOpen, CommandReused, RecordErased.
    Locks: the thread.
    Records: THREAD_REOPENED.
    """
    asked = Asked(actor.id, command_id, Kind.REOPENED, ("reopen",))
    return _append(actor, thread_id, asked, Event.THREAD_REOPENED)


_REFUSED: dict[tuple[str, bool], type[Refusal]] = {
    (Kind.MESSAGE, True): ThreadClosed,
    (Kind.CLOSED, True): AlreadyClosed,
    (Kind.REOPENED, False): AlreadyOpen,
}


def _append(
    actor: Actor,
    thread_id: UUID,
    asked: Asked,
    event: Event,
    text: str | None = None,
    seen: int | None = None,
) -> Sent:
    """The thread has one more item, made by this command now or before."""
    thread = selectors.lock_thread(actor, thread_id)
    refused = _REFUSED.get((asked.kind, thread.is_closed))
    item = Item(thread, asked, text)
    if refused is not None or not item.put():
        # Repeating a command is safe, also when the thread has moved on since.
        first = asked.first_result(thread_id)
        if first is None:
            raise refused or CommandReused
        return first
    audit.record(
        actor,
        event,
        patient=thread.patient_id,
        subject=thread_id,
        on_behalf=thread.is_on_behalf,
        sequence=item.sent.sequence,
    )
    if seen:
        move_mark(actor, thread_id, min(seen, item.sent.sequence))
    nudge(groups.thread(thread_id), "thread.changed", thread_id, item.sent.sequence)
    if _turns(thread, asked.kind):
        nudge(groups.inbox(), "thread.turned", thread_id)
    return item.sent


def _turns(thread: Held, kind: str) -> bool:
    """True if the clinic owes an answer now and did not before, or the other way round."""
    if kind == Kind.MESSAGE:
        return thread.is_waiting is thread.is_from_clinic
    return True
