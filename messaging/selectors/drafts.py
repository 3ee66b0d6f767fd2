"""What the actor began to write, through the policy, still sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from django.db.models import F

from messaging import policy
from messaging.models import Draft
from portal.kernel.actor import Actor
from portal.kernel.errors import BadInput
from portal.kernel.ids import parse_id

MOST_BEGUN = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """Which version of which draft a page has seen. A draft that was begun anew has a new id."""

    draft_id: UUID
    version: int

    def __str__(self) -> str:
        return f"{self.draft_id.hex}.{self.version}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """What this text spells. Refuses BadInput."""
        hexes, _, version = text.partition(".")
        if not (version.isascii() and version.isdecimal() and len(version) < 10):
            raise BadInput
        try:
            return cls(parse_id(hexes), int(version))
        except ValueError:
            raise BadInput from None


class Begun(NamedTuple):
    """A thread that the actor began to write and did not open: about whom, and since when."""

    patient_id: UUID
    changed_at: datetime


def find_draft(
    actor: Actor, *, thread_id: UUID | None = None, patient_id: UUID | None = None
) -> Draft | None:
    """What the actor began in this thread, or of a new one about this patient."""
    return policy.own_drafts(actor).filter(**_at(thread_id, patient_id)).first()


def lock_draft(
    author_id: UUID, *, thread_id: UUID | None = None, patient_id: UUID | None = None
) -> Draft | None:
    """The same, locked. Whoever asks has found that the author may write there."""
    mine = Draft.objects.select_for_update().filter(author_id=author_id)
    return mine.filter(**_at(thread_id, patient_id)).first()


def drafted(actor: Actor, thread_ids: Sequence[UUID]) -> set[UUID]:
    """In which of these threads the actor began something."""
    mine = policy.own_drafts(actor).filter(thread__in=thread_ids)
    return {UUID(str(thread_id)) for thread_id in mine.values_list("thread_id", flat=True)}


def begun(actor: Actor) -> list[Begun]:
    """The threads that the actor began to write and did not open, the newest first."""
    mine = policy.own_drafts(actor).filter(thread=None).order_by("-changed_at", "id")
    return [Begun(*row) for row in mine.values_list("patient_id", "changed_at")[:MOST_BEGUN]]


def drafts_of_patient(patient_id: UUID) -> list[Draft]:
    """What the patient began about themself, for whoever exports it; not what others began."""
    mine = Draft.objects.filter(patient=patient_id, author_id=F("patient__person"))
    return list(mine.order_by("begun_at", "id"))


def _at(thread_id: UUID | None, patient_id: UUID | None) -> dict[str, UUID | None]:
    if thread_id is not None:
        return {"thread": thread_id}
    return {"thread": None, "patient": patient_id}
