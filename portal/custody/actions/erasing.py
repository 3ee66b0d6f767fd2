"""Erasing a person: asked for by one, granted by another, done for good, and proven.

Three transactions, since two stores cannot commit as one. In the first all that stands in the
clear goes and everybody's way to the record ends. Then the shred key is destroyed, which nothing
undoes. In the last the wrapped keys go and the entry says that it is done. Whatever stops in
between is gone on with: `carry_out` again, or the job that looks for it.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from portal.audit import actions as audit
from portal.crypto import shredding
from portal.crypto.keyring import keyring
from portal.crypto.keys import destroy_shred_key, shred_keys_of
from portal.crypto.models import PatientKey
from portal.crypto.router import SHRED
from portal.custody import policy
from portal.custody.errors import (
    AlreadyAsked,
    AlreadyDecided,
    NotAllowed,
    NotGranted,
    NotYourself,
)
from portal.custody.models import Erasure
from portal.custody.selectors import is_evidence, lock_erasure, n_rows_about
from portal.custody.vocabulary import PROOFS, REASONS, Event
from portal.kernel import clock, door, plugs
from portal.kernel.actor import Actor
from portal.kernel.errors import BadInput, NotFound

LINGERING = timedelta(hours=1)


def ask_erasure(actor: Actor, patient_id: UUID, *, proof: str) -> Erasure:
    """The erasure of this patient waits for a second person's decision.

    Refuses: NotAllowed, BadInput, NotFound, NotYourself, AlreadyAsked.
    Records: ERASURE_ASKED.
    """
    if not policy.may_erase(actor):
        raise NotAllowed
    if proof not in PROOFS:
        raise BadInput
    if not PatientKey.objects.filter(patient_id=patient_id).exists():
        raise NotFound(kind="patient")
    if Erasure.objects.filter(patient_id=patient_id).exclude(decision="refused").exists():
        raise AlreadyAsked
    erasure = Erasure.objects.create(
        patient_id=patient_id,
        account_id=plugs.account_of(patient_id),
        proof=proof,
        asked_by=actor.id,
        asked_at=clock.now(),
    )
    if erasure.account_id == actor.id:
        raise NotYourself
    audit.record(actor, Event.ERASURE_ASKED, patient=patient_id, subject=erasure.pk, proof=proof)
    return erasure


def decide_erasure(actor: Actor, erasure_id: UUID, *, grant: bool, reason: str) -> Erasure:
    """A second person granted it, or refused it, for this reason.

    Refuses: NotAllowed, BadInput, NotFound, NotYourself, AlreadyDecided.
    Locks: the erasure.
    Records: ERASURE_DECIDED.
    """
    if not policy.may_erase(actor):
        raise NotAllowed
    if reason not in REASONS:
        raise BadInput
    erasure = lock_erasure(actor, erasure_id)
    if actor.id in {erasure.asked_by, erasure.account_id}:
        raise NotYourself
    if erasure.decision:
        raise AlreadyDecided
    erasure.decision = "granted" if grant else "refused"
    erasure.reason, erasure.decided_by, erasure.decided_at = reason, actor.id, clock.now()
    erasure.save()
    audit.record(
        actor,
        Event.ERASURE_DECIDED,
        patient=erasure.patient_id,
        subject=erasure.pk,
        decision=erasure.decision,
        why=reason,
    )
    return erasure


def carry_out(actor: Actor, erasure_id: UUID) -> Erasure:
    """The patient is erased for good, here and in every process. Safe to call again.

    Outside of any transaction: what is destroyed must be durable before it is said to be.

    Refuses: NotFound, NotGranted.
    Locks: the erasure; what the wards' erasers lock.
    Records: ERASURE_BEGUN, ERASURE_DONE; what the erasers record.
    """
    erasure = door.run(_begin, actor, erasure_id)
    destroy_shred_key(erasure.patient_id)
    erasure = door.run(_finish, actor, erasure_id)
    shredding.scrub("default", SHRED)
    return erasure


def go_on(actor: Actor) -> int:
    """What was begun is done, and keys that came back with an old copy are destroyed again.

    Records: ERASURE_DONE, SHREDDED_AGAIN.
    """
    for erasure_id in (
        Erasure.objects.filter(done_at=None).exclude(begun_at=None).values_list("pk", flat=True)
    ):
        carry_out(actor, erasure_id)
    done = Erasure.objects.exclude(done_at=None).values_list("patient_id", flat=True)
    back = shredding.come_back(done.iterator())
    for patient_id in back:
        destroy_shred_key(patient_id)
    if back:
        door.run(_again, actor, len(back))
    # A reader may have been in the way of cutting the traces: again, for as long as any may last.
    if back or Erasure.objects.filter(done_at__gt=clock.now() - LINGERING).exists():
        shredding.scrub("default", SHRED)
    return len(back)


def _digest_of(facts: dict[str, Any]) -> UUID:
    """The first 16 bytes of the SHA-256 of these facts, as an entry can hold them."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])


def _begin(actor: Actor, erasure_id: UUID) -> Erasure:
    erasure = lock_erasure(actor, erasure_id)
    if erasure.decision != "granted":
        raise NotGranted
    if erasure.begun_at is not None:
        return erasure
    erasure.begun_at = clock.now()
    erasure.account_id = plugs.account_of(erasure.patient_id)
    erasure.before = n_rows_about(erasure.patient_id, erasure.account_id)
    erasure.save()
    for data in plugs.people_data():
        about = erasure.patient_id if data.retention == "record" else erasure.account_id
        if data.eraser is not None and about is not None:
            data.eraser(actor, about)
    audit.record(actor, Event.ERASURE_BEGUN, patient=erasure.patient_id, subject=erasure.pk)
    return erasure


def _finish(actor: Actor, erasure_id: UUID) -> Erasure:
    erasure = lock_erasure(actor, erasure_id)
    if erasure.done_at is not None:
        return erasure
    if shred_keys_of([erasure.patient_id]):
        raise NotGranted
    n_keys = shredding.forget_wrapped_keys(erasure.patient_id)
    erasure.done_at = clock.now()
    erasure.facts = _facts(erasure, n_keys, erasure.done_at)
    gone = sum(row["gone"] for row in erasure.facts["rows"])
    kept = sum(row["kept"] for row in erasure.facts["rows"])
    erasure.entry = audit.record(
        actor,
        Event.ERASURE_DONE,
        patient=erasure.patient_id,
        subject=erasure.pk,
        facts=_digest_of(erasure.facts),
        gone=gone,
        kept=kept,
    )
    erasure.save()
    return erasure


def _facts(erasure: Erasure, n_keys: int, now: datetime) -> dict[str, Any]:
    """What the receipt says: ids, days, codes and counts."""
    # What is evidence is never removed; with the pseudonym's key it is found no more.
    kept = {name: told for name, told in erasure.before.items() if is_evidence(told)}
    after = n_rows_about(erasure.patient_id, erasure.account_id) | kept
    horizon = now + timedelta(days=settings.SHRED_BACKUP_DAYS)
    rows = [
        {
            "table": table,
            "class": told["class"],
            "gone": max(0, told["n"] - after.get(table, {"n": 0})["n"]),
            "kept": after.get(table, {"n": 0})["n"],
        }
        for table, told in sorted(erasure.before.items())
    ]
    return {
        "erasure": str(erasure.pk),
        "installation": str(keyring().installation),
        "patient": str(erasure.patient_id),
        "account": str(erasure.account_id) if erasure.account_id else None,
        "proof": erasure.proof,
        "reason": erasure.reason,
        "asked_at": clock.stamp(erasure.asked_at),
        "decided_at": clock.stamp(erasure.decided_at or now),
        "done_at": clock.stamp(now),
        "keys_destroyed": n_keys + 1,
        "shred_backups_kept_days": settings.SHRED_BACKUP_DAYS,
        "backups_unreadable_from": clock.stamp(horizon),
        "rows": rows,
    }


def _again(actor: Actor, count: int) -> None:
    audit.record(actor, Event.SHREDDED_AGAIN, n=count)
