"""The report to take away: entries, what they disclose, and the proof that they are in the log."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from patients import policy, selectors
from patients.readings.kept_back import discreet
from patients.readings.looks import looks_of
from patients.readings.whom import Sort, Whom, Witness
from patients.readings.wording import told_in_words
from patients.vocabulary import Event
from portal.audit import actions as audit
from portal.audit.leaves import Opened
from portal.audit.readings import report as log
from portal.audit.vocabulary import events
from portal.crypto.keys import KeyGone
from portal.kernel import clock
from portal.kernel.actor import Actor

FORMAT = "portal-access-report-1"
MOST = 1_000
"""Entries in one file. It says where the next one goes on."""
KEPT_BACK = frozenset({"session"})
"""What nobody is shown of anybody: committed to, and not disclosed."""


def taken(actor: Actor, patient_id: UUID, before: UUID | None) -> dict[str, Any]:
    """The newest entries about a patient, or those before this one, with all that proves them.

    Refuses: NotFound, also once the record is erased.
    Records: REPORT_TAKEN.
    """
    patient = selectors.fetch_patient(actor, patient_id, among=policy.reportable_patients)
    is_own = patient.person_id == actor.id
    try:
        found = log.look_for(patient_id, before=before, limit=MOST)
        found = discreet(actor, patient_id, found)
        audit.record_alone(
            actor,
            Event.REPORT_TAKEN,
            patient=patient_id,
            on_behalf=not is_own,
            entries=len(found.entries),
        )
        proofs = log.proofs_of(patient_id, found.entries)
    except KeyGone:
        raise selectors.not_found(patient_id) from None
    witness = Witness(actor, patient, found.entries)
    return {
        "format": FORMAT,
        "made_at": clock.stamp(clock.now()),
        "patient": {"id": str(patient_id), "pseudonym": proofs.patient},
        "log": {"key": proofs.vkey, "checkpoint": proofs.checkpoint},
        "older_before": str(found.beyond) if found.beyond else None,
        "entries": [_entry(each, proofs.by_entry[each.row.id], witness) for each in found.entries],
    }


def _entry(entry: log.OpenEntry, proof: log.Proof, witness: Witness) -> Mapping[str, Any]:
    whom = witness.whom(entry)
    look = looks_of([entry], events(), entry.row.at)[0]
    return {
        "index": proof.index,
        "leaf": proof.leaf.decode(),
        "steps": [b64encode(step).decode() for step in proof.steps],
        "opened": [_opened(each) for each in proof.opened if _is_shown(each, whom)],
        "in_words": {"who": whom.name, "what": told_in_words(look, witness.names)},
    }


def _is_shown(opened: Opened, whom: Whom) -> bool:
    """Who has nothing to do with the record stays unnamed here, too."""
    return opened.name not in KEPT_BACK and (opened.name != "actor" or whom.sort is not Sort.OTHER)


def _opened(opened: Opened) -> tuple[str, str, str | int]:
    salt = urlsafe_b64encode(opened.salt).rstrip(b"=").decode()
    return salt, opened.name, opened.value
