"""The receipt of an erasure: what went, what stays and why, and the proof that it is in the log."""

from base64 import b64encode, urlsafe_b64encode
from typing import Any
from uuid import UUID

from portal.audit.models import EntryDetail
from portal.audit.readings.details import Opener
from portal.audit.selectors import entries, log
from portal.custody.errors import NotErased
from portal.custody.models import Erasure
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound

FORMAT = "portal-erasure-receipt-1"


def receipt(actor: Actor, erasure_id: UUID) -> dict[str, Any]:
    """What the patient is given. Without a proof while no checkpoint covers the entry.

    Refuses: NotFound, NotErased.
    Records: nothing; it tells ids and counts of the erasure itself.
    """
    erasure = Erasure.objects.filter(pk=erasure_id).first()
    if erasure is None:
        raise NotFound(kind="erasure")
    if erasure.done_at is None or erasure.entry is None:
        raise NotErased
    leaf = entries.leaves_of([erasure.entry])[erasure.entry]
    detail = EntryDetail.objects.get(pk=erasure.entry)
    packed = Opener().open(erasure.entry, None, bytes(detail.sealed))
    index = entries.places_of([erasure.entry]).get(erasure.entry)
    proof = entries.proof_of(index) if index is not None else None
    opened = [each for each in packed.each() if each.name in {"facts", "gone", "kept"}]
    return {
        "format": FORMAT,
        "facts": erasure.facts,
        "log": {
            "key": log.verifier_in(proof.checkpoint).vkey if proof else "",
            "checkpoint": proof.checkpoint if proof else "",
        },
        "entry": {
            "index": proof.index if proof else None,
            "leaf": leaf.decode(),
            "steps": [b64encode(step).decode() for step in proof.steps] if proof else [],
            "opened": [(_b64(each.salt), each.name, each.value) for each in opened],
        },
    }


def _b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
