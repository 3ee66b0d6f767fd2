"""The account that belongs to a record and to nothing else."""

from uuid import UUID

from patients.models import Patient, Proxy
from portal.accounts.models import RoleGrant


def account_of(patient_id: UUID) -> UUID | None:
    """The patient's own account, unless its owner works here or acts or acted for somebody."""
    person = Patient.objects.filter(pk=patient_id).values_list("person", flat=True).first()
    if person is None:
        return None
    works = RoleGrant.objects.filter(person=person).exclude(role="patient").exists()
    acts = Proxy.objects.filter(person=person).exists()
    return None if works or acts else person
