"""What is kept of a message until it is sent: one draft per author and place.

Two devices may write at once. Whoever keeps a draft says which version their page has seen; if it
is another one by now, nothing is kept and what stands there is handed back: a person decides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from messaging import selectors
from messaging.actions.wording import Wording
from messaging.errors import RecordErased
from messaging.models import DRAFT_PURPOSE, Draft
from messaging.readings.drafts import Words, words_of
from messaging.selectors import Seen
from messaging.vocabulary import Event
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.envelope import OpenKey
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id

UNUSED = timedelta(days=30)


@dataclass(frozen=True, slots=True, repr=False)
class Kept:
    """What is there now: its mark, empty if nothing is; and if it is another's, what it says."""

    mark: str = ""
    changed_at: datetime | None = None
    other: Words | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose draft, about whom, and in which thread; without one it is of a thread to come."""

    author_id: UUID
    patient_id: UUID
    thread_id: UUID | None = None

    def lock(self) -> Draft | None:
        """The draft that is there, locked."""
        where = {"thread_id": self.thread_id, "patient_id": self.patient_id}
        return selectors.lock_draft(self.author_id, **where)


def keep_reply(
    actor: Actor, thread_id: UUID, text: str, *, seen: Seen | None = None, command_id: UUID
) -> Kept:
    """The text is kept for its author until they send it. An empty one takes the draft away.

    `command_id` is what it will be sent under: what was sent is not kept any more, also if the
    page's last words about it come late. A closed thread keeps what was begun in it.

    Refuses: NotFound, TextTooLong, RecordErased.
    Locks: the thread, the draft.
    Records: DRAFT_BEGUN, DRAFT_THROWN; DRAFT_READ if another text is handed back.
    """
    words = Words(Wording.unfinished(text))
    thread = selectors.lock_thread(actor, thread_id)
    place = _Place(actor.id, thread.patient_id, thread_id)
    return _keep(actor, place, words, seen, command_id)


def keep_new(
    actor: Actor, patient_id: UUID, words: Words, *, seen: Seen | None = None, command_id: UUID
) -> Kept:
    """The same of a thread that is not opened yet.

    Refuses: NotFound, TextTooLong, TopicTooLong, RecordErased.
    Locks: the draft.
    Records: DRAFT_BEGUN, DRAFT_THROWN; DRAFT_READ if another text is handed back.
    """
    words = _fit(words)
    selectors.fetch_role(actor, patient_id)
    return _keep(actor, _Place(actor.id, patient_id), words, seen, command_id)


def spend_draft(
    actor: Actor,
    words: Words,
    seen: Seen | None,
    *,
    thread_id: UUID | None,
    patient_id: UUID | None,
) -> None:
    """What was sent is no draft any more. What another device wrote there since then stays.

    Locks: the draft.
    Records: nothing; sending does.
    """
    draft = selectors.lock_draft(actor.id, thread_id=thread_id, patient_id=patient_id)
    if draft is None:
        return
    if _is_seen(draft, seen) or words_of(draft) == words:
        draft.delete()


def sweep_drafts(actor: Actor, *, most: int) -> int:
    """Drafts that nobody changed for thirty days are gone. Returns how many.

    Locks: the drafts.
    Records: DRAFT_THROWN.
    """
    old = Draft.objects.filter(changed_at__lt=clock.now() - UNUSED).order_by("changed_at")
    drafts = list(old.select_for_update(skip_locked=True)[:most])
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
    for draft in drafts:
        audit.record(actor, Event.DRAFT_THROWN, subject=draft.pk)
    return len(drafts)


def erase_drafts(actor: Actor, patient_id: UUID) -> None:
    """Nothing that anybody began to write about the patient is there.

    Records: nothing; the erasure does.
    """
    Draft.objects.filter(patient=patient_id).delete()


def _keep(actor: Actor, place: _Place, words: Words, seen: Seen | None, command_id: UUID) -> Kept:
    draft = place.lock()
    if draft is None:
        if words.is_empty or selectors.find_item(actor.id, command_id) is not None:
            return Kept()
        begun = _begin(actor, place, words)
        # Begun on two devices at this moment: the other one won, and this one is told.
        return begun or _keep(actor, place, words, seen, command_id)
    there = words_of(draft)
    if there is not None and there != words and not _is_seen(draft, seen):
        audit.record(actor, Event.DRAFT_READ, subject=draft.pk)
        return Kept(_mark(draft), draft.changed_at, there)
    if words.is_empty:
        draft.delete()
        audit.record(actor, Event.DRAFT_THROWN, subject=draft.pk)
        return Kept()
    if there != words:
        draft.version, draft.changed_at = draft.version + 1, clock.now()
        _seal(draft, words)
        draft.save()
    return Kept(_mark(draft), draft.changed_at)


def _begin(actor: Actor, place: _Place, words: Words) -> Kept | None:
    """The first version is there; None if somebody else's came in between."""
    now = clock.now()
    draft = Draft(
        id=new_id(),
        author_id=place.author_id,
        patient_id=place.patient_id,
        thread_id=place.thread_id,
        begun_at=now,
        changed_at=now,
    )
    _seal(draft, words)
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        return None
    audit.record(actor, Event.DRAFT_BEGUN, subject=draft.pk)
    return Kept(_mark(draft), now)


def _seal(draft: Draft, words: Words) -> None:
    draft.words_sealed = words.sealed(_key(draft.patient_id), draft)


def _key(patient_id: UUID) -> OpenKey:
    """The data key of drafts about this patient, made with the first of them."""
    home = (patient_id, DRAFT_PURPOSE, patient_id)
    try:
        return keys.open_data_key(*home)
    except keys.KeyGone:
        raise RecordErased from None
    except keys.KeyMissing:
        return keys.create_data_key(*home)


def _fit(words: Words) -> Words:
    topic = Wording.unfinished_topic(words.topic)
    return Words(Wording.unfinished(words.text), topic, words.team)


def _is_seen(draft: Draft, seen: Seen | None) -> bool:
    """True if the page has seen this version, or a newer one of this same draft."""
    return seen is not None and seen.draft_id == draft.pk and seen.version >= draft.version


def _mark(draft: Draft) -> str:
    return str(Seen(draft.pk, draft.version))
