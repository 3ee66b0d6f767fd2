"""The next item beside a thread: numbered under the thread's lock, sealed for its place.

What the patient sees is not touched: not the thread's sequence, nor when it changed last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from messaging import selectors
from messaging.actions.items import Asked
from messaging.errors import CommandReused
from messaging.models import Aside, Thread, aside_place
from messaging.readings.seals import thread_key
from messaging.selectors import Tended
from messaging.vocabulary import Event
from portal.audit import actions as audit
from portal.crypto import envelope
from portal.crypto.envelope import OpenKey
from portal.crypto.primitives import same
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id
from portal.realtime import groups
from portal.realtime.nudge import nudge


@dataclass(frozen=True, slots=True)
class Noted:
    """What a command left behind beside a thread."""

    thread_id: UUID
    aside_id: UUID
    sequence: int
    written_at: datetime
    is_new: bool = True
    """False if the command had been carried out before."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The item to come: as it was asked, and what it says."""

    asked: Asked
    event: Event
    text: str = ""
    person_id: UUID | None = None
    team_id: UUID | None = None
    detail: Mapping[str, Any] | None = None

    def first_result(self, thread_id: UUID) -> Noted | None:
        """What the same command did before. Refuses CommandReused for another content."""
        first = selectors.find_aside(self.asked.author_id, self.asked.command_id)
        if first is None:
            return None
        key = thread_key(first.thread.patient_id, first.thread_id, first.key_version)
        made = first.thread_id == thread_id
        if not made or not same(bytes(first.command_digest), self.asked.digest(key)):
            raise CommandReused
        return Noted(first.thread_id, first.pk, first.sequence, first.written_at, is_new=False)

    def put(self, actor: Actor, thread: Tended, **changes: Any) -> Noted:
        """The item is there, and the thread has become what the changes say."""
        key = thread_key(thread.patient_id, thread.id)
        noted = Noted(thread.id, new_id(), thread.note_sequence + 1, clock.now())
        self._insert(thread, noted, key)
        Thread.objects.filter(pk=thread.id).update(note_sequence=noted.sequence, **changes)
        # A patient's report counts entries: a note has its own by the thread, not by the patient.
        is_note = self.event is Event.NOTE_WRITTEN
        audit.record(
            actor,
            self.event,
            patient=None if is_note else thread.patient_id,
            subject=thread.id,
            **(self.detail or {}),
        )
        nudge(groups.notes(thread.id), "thread.noted", thread.id, noted.sequence)
        nudge(groups.inbox(), "thread.turned", thread.id)
        return noted

    def _insert(self, thread: Tended, noted: Noted, key: OpenKey) -> None:
        place = aside_place(key, noted.aside_id, noted.sequence)
        try:
            with transaction.atomic():
                Aside.objects.create(
                    id=noted.aside_id,
                    thread_id=thread.id,
                    sequence=noted.sequence,
                    kind=self.asked.kind,
                    author_id=self.asked.author_id,
                    author_role=thread.role,
                    person_id=self.person_id,
                    team_id=self.team_id,
                    was_owner_id=thread.owner_id,
                    was_team_id=thread.team_id,
                    body_sealed=envelope.seal(key, self.text.encode(), place)
                    if self.text
                    else None,
                    key_version=key.version,
                    written_at=noted.written_at,
                    command_id=self.asked.command_id,
                    command_digest=self.asked.digest(key),
                )
        except IntegrityError:
            # The same id in another thread at the same moment: the other one won.
            raise CommandReused from None
