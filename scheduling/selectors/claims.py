"""What a visit takes of whose time."""

from datetime import datetime
from uuid import UUID

from patients.models import Patient
from scheduling.models import Resource, VisitType
from scheduling.slots import minute

Wanted = tuple[str, UUID, int, int]


def wanted_by(
    kind: VisitType, patient: Patient, clinician_id: UUID, starts_at: datetime
) -> list[Wanted]:
    """The claims of such a visit, in the order in which they are taken.

    A clinician is taken with the buffers; a patient for the visit itself, as a record and as the
    person who signs in, so that somebody with two roles is in one place at a time.
    """
    begins = minute(starts_at)
    ends = begins + kind.minutes
    buffered = begins - kind.before_minutes, ends + kind.after_minutes
    claims = [
        (Resource.PERSON.value, clinician_id, *buffered),
        (Resource.PATIENT.value, patient.pk, begins, ends),
    ]
    if patient.person_id:
        claims.append((Resource.PERSON.value, patient.person_id, begins, ends))
    return sorted(claims)
