"""Letters and what is sealed in them. Nothing here writes."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.crypto.keys import seal_for_installation, unseal_for_installation
from portal.outbox.models import Letter, State
from portal.outbox.vocabulary import spec_of, typed


def sealed(letter_id: UUID, field: str, value: Any) -> bytes:
    """The value, sealed for this field of this letter."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return seal_for_installation("people", text, kind="letter", item=letter_id, field=field)


def plain_params_of(letter: Letter) -> dict[str, str | int]:
    """The parameters as they are kept. Raises SealBroken."""
    found: dict[str, str | int] = _unsealed(letter.pk, "params", bytes(letter.params_sealed))
    return found


def params_of(letter: Letter) -> dict[str, Any]:
    """The parameters as they were given. Raises LetterRefused for a kind that is gone."""
    return typed(spec_of(letter.kind), plain_params_of(letter))


def address_of(letter: Letter) -> str:
    """The address that was given when it was posted; empty for a letter to a person."""
    if letter.address_sealed is None:
        return ""
    return str(_unsealed(letter.pk, "address", bytes(letter.address_sealed)))


def still_concerns(letter: Letter) -> bool:
    """False once what the letter is about is no business of its reader any more."""
    concerns = spec_of(letter.kind).concerns
    if concerns is None or letter.to_person is None or letter.about is None:
        return True
    return concerns(letter.to_person, letter.about)


def still_waits(letter_id: UUID) -> bool:
    """True unless the letter was sent, withdrawn or given up meanwhile."""
    return Letter.objects.filter(pk=letter_id, state=State.QUEUED).exists()


def keys_there(keys: Collection[str]) -> set[str]:
    """Those of these occasions for which there is a letter already."""
    return {*Letter.objects.filter(key__in=keys).values_list("key", flat=True)}


def people_told(kind: str, *, since: datetime) -> set[UUID]:
    """To whom a letter of this kind was posted since then, unless it was taken back."""
    rows = Letter.objects.filter(kind=kind, posted_at__gt=since, to_person__isnull=False)
    told = rows.exclude(state=State.WITHDRAWN).values_list("to_person", flat=True)
    return {person for person in told if person}


def waiting_about(kind: str) -> list[tuple[UUID, UUID]]:
    """What letters of this kind that wait are about, and to whom they go."""
    rows = Letter.objects.filter(kind=kind, state=State.QUEUED)
    pairs = rows.exclude(about=None).exclude(to_person=None).values_list("about", "to_person")
    return [(about, person) for about, person in pairs if about and person]


def letters_to(person_id: UUID) -> list[dict[str, Any]]:
    """Which letters were written to this person, for the person."""
    rows = Letter.objects.filter(to_person=person_id).order_by("posted_at", "pk")
    return [
        {"kind": row.kind, "state": row.state, "due_at": row.due_at.isoformat()} for row in rows
    ]


def _unsealed(letter_id: UUID, field: str, blob: bytes) -> Any:
    text = unseal_for_installation("people", blob, kind="letter", item=letter_id, field=field)
    return json.loads(text)
