"""All that is kept about a patient's visits, readable."""

from typing import Any
from uuid import UUID

from scheduling.visits.models import Attendance, Confirmation, Visit
from scheduling.visits.readings.seals import Seals


def exported(patient_id: UUID) -> dict[str, Any]:
    """The patient's video visits. Whoever hands it out leaves the entry."""
    rows = Visit.objects.filter(appointment__patient=patient_id).order_by("created_at")
    return {"visits": [_one(patient_id, row) for row in rows]}


def _one(patient_id: UUID, visit: Visit) -> dict[str, Any]:
    seals = Seals(patient_id, visit)
    confirmations = Confirmation.objects.filter(visit=visit).order_by("at")
    there = Attendance.objects.filter(visit=visit).order_by("from_at")
    return {
        "appointment": str(visit.appointment_id),
        "state": visit.state,
        "ending": visit.ending,
        "waiting_since": visit.waiting_since,
        "admitted_at": visit.admitted_at,
        "live_at": visit.live_at,
        "over_at": visit.over_at,
        "note": seals.note(),
        "confirmations": [{"at": row.at} | seals.answers(row) for row in confirmations],
        "attendance": list(there.values("role", "from_at", "to_at", "parted")),
    }
