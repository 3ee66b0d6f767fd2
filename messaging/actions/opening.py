"""Opening a thread."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from messaging import selectors
from messaging.actions.drafts import spend_draft
from messaging.actions.items import Asked, Item, Sent
from messaging.actions.wording import Wording
from messaging.errors import CommandReused, NobodyAnswers, RecordErased, TeamAway
from messaging.models import KEY_PURPOSE, Kind, Thread, topic_place
from messaging.readings.drafts import Words
from messaging.selectors import Held, Seen
from messaging.vocabulary import Event
from portal.audit import actions as audit
from portal.crypto import envelope, keys
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id
from portal.realtime import groups
from portal.realtime.nudge import nudge


def open_thread(
    actor: Actor,
    patient_id: UUID,
    topic: str,
    text: str,
    *,
    team_id: UUID | None = None,
    command_id: UUID,
    draft: Seen | None = None,
) -> Sent:
    """There is a thread about the patient, with this topic and its first message.

    It is with this team, else with the patient's care team, else with the team that gets what
    nobody else would: never with nobody. The draft that it was is gone.

    Refuses: NotFound, TopicMissing, TopicTooLong, TextMissing, TextTooLong, TeamAway,
        NobodyAnswers, CommandReused, RecordErased.
    Locks: the draft.
    Records: THREAD_OPENED, MESSAGE_SENT.
    """
    topic, text = Wording.topic(topic), Wording.message(text)
    role = selectors.fetch_role(actor, patient_id)
    content = ("open", patient_id.hex, topic, text, *([team_id.hex] if team_id else []))
    asked = Asked(actor.id, command_id, Kind.MESSAGE, content)
    if first := asked.first_result():
        return first
    words = Words(text, topic, str(team_id or ""))
    team_id = _with_whom(patient_id, team_id)
    thread = Held(new_id(), patient_id, is_closed=False, sequence=0, role=role)
    item = Item(thread, asked, text)
    with transaction.atomic():
        _put_thread(actor, thread, topic, item.sent.sent_at, team_id)
        came_before = not item.put()
        # Sent twice at once: the other one won, and no empty thread stays behind.
        transaction.set_rollback(came_before)
    if came_before:
        return _settled(asked)
    # Also without a mark: the page may have kept these words while they were being sent.
    spend_draft(actor, words, draft, thread_id=None, patient_id=patient_id)
    _record(actor, thread, item.sent)
    nudge(groups.thread(thread.id), "thread.changed", thread.id, item.sent.sequence)
    nudge(groups.inbox(), "thread.turned", thread.id)
    return item.sent


def _with_whom(patient_id: UUID, team_id: UUID | None) -> UUID | None:
    """The named team that gets the thread; None for the care team."""
    if team_id is not None:
        if not selectors.is_offered(team_id):
            raise TeamAway
        return team_id
    if selectors.has_care_team(patient_id):
        return None
    if (default := selectors.default_team()) is None:
        raise NobodyAnswers
    return default


def _put_thread(actor: Actor, thread: Held, topic: str, at: datetime, team_id: UUID | None) -> None:
    """The thread is there, with its key, and has no item yet."""
    try:
        key = keys.create_data_key(thread.patient_id, KEY_PURPOSE, thread.id)
    except keys.KeyGone:
        raise RecordErased from None
    Thread.objects.create(
        id=thread.id,
        patient_id=thread.patient_id,
        team_id=team_id,
        topic_sealed=envelope.seal(key, topic.encode(), topic_place(key, thread.id)),
        last_message_at=at,
        opened_by=actor.id,
        opened_at=at,
        changed_at=at,
    )


def _record(actor: Actor, thread: Held, sent: Sent) -> None:
    record = partial(
        audit.record,
        actor,
        patient=thread.patient_id,
        subject=thread.id,
        on_behalf=thread.is_on_behalf,
    )
    record(Event.THREAD_OPENED)
    record(Event.MESSAGE_SENT, sequence=sent.sequence)


def _settled(asked: Asked) -> Sent:
    """What the other one did, who carried out the same command at the same time."""
    first = asked.first_result()
    if first is None:
        raise CommandReused
    return first
