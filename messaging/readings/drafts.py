"""Drafts as their author finds them again. Nobody else is ever shown one."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from messaging import selectors
from messaging.models import DRAFT_PURPOSE, Draft, draft_place
from messaging.readings.evidence import tell_broken
from messaging.readings.seals import Broken
from messaging.selectors import Seen
from messaging.vocabulary import Event
from portal.audit import actions as audit
from portal.crypto import envelope, keys
from portal.crypto.envelope import OpenKey
from portal.crypto.primitives import SealBroken
from portal.kernel.actor import Actor


@dataclass(frozen=True, slots=True, repr=False)
class Words:
    """What is being written: the text, and of a new thread its topic and to which team it goes."""

    text: str
    topic: str = ""
    team: str = ""

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to keep. A team that was chosen is nothing that was written."""
        return not (self.text or self.topic)

    def sealed(self, key: OpenKey, draft: Draft) -> bytes:
        """The words, sealed for this draft, its version, its author and its place."""
        told = {"text": self.text, "topic": self.topic, "team": self.team, **_whose(draft)}
        place = draft_place(key, draft.pk, draft.version)
        return envelope.seal(key, json.dumps(told).encode(), place)


@dataclass(frozen=True, slots=True, repr=False)
class DraftShown:
    """A draft on the page of its author."""

    mark: str
    words: Words
    changed_at: datetime


def draft_in(actor: Actor, thread_id: UUID) -> DraftShown | None:
    """What the actor began to write in this thread, if they may still write there.

    Records: DRAFT_READ, SEAL_BROKEN.
    """
    return _shown(actor, selectors.find_draft(actor, thread_id=thread_id))


def draft_about(actor: Actor, patient_id: UUID) -> DraftShown | None:
    """What the actor began to write of a new thread about this patient.

    Records: DRAFT_READ, SEAL_BROKEN.
    """
    return _shown(actor, selectors.find_draft(actor, patient_id=patient_id))


def words_of(draft: Draft) -> Words | None:
    """What the draft says; None if it does not open, or was given to somebody else."""
    sealed = bytes(draft.words_sealed)
    try:
        key = keys.open_data_key(
            draft.patient_id, DRAFT_PURPOSE, draft.patient_id, envelope.key_version(sealed)
        )
        told = json.loads(envelope.unseal(key, sealed, draft_place(key, draft.pk, draft.version)))
    except (SealBroken, keys.KeyMissing):
        return None
    whose = _whose(draft)
    if {name: told.pop(name, None) for name in whose} != whose:
        return None
    return Words(**told)


def exported_drafts(patient_id: UUID) -> list[dict[str, Any]]:
    """What the patient themself began to write. What others began is theirs, not the patient's."""
    return [
        {
            "thread": draft.thread_id,
            "topic": words.topic,
            "text": words.text,
            "begun_at": draft.begun_at,
            "changed_at": draft.changed_at,
        }
        for draft in selectors.drafts_of_patient(patient_id)
        if (words := words_of(draft))
    ]


def _shown(actor: Actor, draft: Draft | None) -> DraftShown | None:
    if draft is None:
        return None
    words = words_of(draft)
    if words is None:
        tell_broken(actor, [Broken(None, draft.pk, draft.version)])
        return None
    audit.record_alone(actor, Event.DRAFT_READ, subject=draft.pk)
    return DraftShown(str(Seen(draft.pk, draft.version)), words, draft.changed_at)


def _whose(draft: Draft) -> dict[str, str]:
    return {
        "author": draft.author_id.hex,
        "thread": draft.thread_id.hex if draft.thread_id else "",
    }
