"""Records: the sealed chart, what it is found by, and when the patient was seen."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from patients.bundles.encounters import STATUSES
from patients.vocabulary import PROOFS
from portal.crypto.context import Place
from portal.crypto.envelope import OpenKey
from portal.kernel import clock
from portal.kernel.ids import new_id

KEY_PURPOSE = "chart"


class Patient(models.Model):
    """A record. Who it is about is known only to those who hold the patient's chart key.

    A merged record points to the one that carries on; its seals keep their own context.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    chart_sealed = models.BinaryField()
    chart_version = models.PositiveIntegerField(default=1)
    source_index = models.BinaryField(max_length=16, null=True, unique=True)
    """Blind index of what the record is recognised by when it is imported again."""
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="record"
    )
    """The patient's own account."""
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged", db_index=False
    )
    proofing = models.CharField(max_length=16, blank=True)
    """How the clinic made sure that the account is the patient's; empty where nobody said."""
    marked = models.PositiveSmallIntegerField(default=0)
    """The version of the marks that the record is found by; 0 before it has any."""
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="a_record_is_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(proofing__in=("", *PROOFS)), name="a_proof_of_a_record"
            ),
        ]
        indexes = [models.Index(fields=["marked"], name="records_by_marks")]

    def __str__(self) -> str:
        return f"patient {self.pk}"


class Mark(models.Model):
    """One of 256 drawers that a name, a birth date or a number falls into, under a key.

    Many people share each: a mark says where to look, and the opened chart decides.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="marks", db_index=False)
    value = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "value"], name="a_mark_once"),
        ]
        indexes = [models.Index(fields=["value", "patient"], name="patients_of_a_mark")]

    def __str__(self) -> str:
        return f"mark {self.pk}"


class Clinician(models.Model):
    """Under which number other systems know somebody who works here."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="known_elsewhere"
    )
    source_index = models.BinaryField(max_length=16, unique=True)

    def __str__(self) -> str:
        return f"clinician {self.pk}"


class Encounter(models.Model):
    """One time that the patient was, is or is to be seen. Kind, reason and place are sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="encounters", db_index=False)
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    source_index = models.BinaryField(max_length=16, unique=True)
    status = models.CharField(max_length=16)
    class_code = models.CharField(max_length=32, blank=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    details_sealed = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=sorted(STATUSES)), name="a_status_of_an_encounter"
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="an_encounter_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-starts_at"], name="encounters_of_a_patient"),
        ]

    def __str__(self) -> str:
        return f"encounter {self.pk}"


def chart_place(key: OpenKey, patient_id: UUID, version: int) -> Place:
    """Where the seal of a chart belongs: an older version does not open in a newer one's place."""
    return key.place("patient", item=patient_id, field="chart", sequence=version)


def encounter_place(key: OpenKey, encounter_id: UUID) -> Place:
    """Where the seal of an encounter's words belongs."""
    return key.place("encounter", item=encounter_id, field="details")
