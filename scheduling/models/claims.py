"""Claims: who is taken when. The database itself refuses two that overlap (migration 0002)."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from portal.kernel.ids import new_id
from scheduling.models.appointments import Appointment
from scheduling.vocabulary import RESOURCES

CLINIC = UUID(int=0)
"""The calendar of the whole clinic: its stamp changes when the clinic opens or closes."""


class Resource(models.TextChoices):
    """What can be taken. A person is one calendar, as clinician and as patient."""

    CLINIC = "clinic"
    PATIENT = "patient"
    PERSON = "person"


class Calendar(models.Model):
    """One row for each resource: who changes what it holds takes this row first, in order.

    The stamp is new after every change, so that what was computed from a calendar is good for as
    long as the stamp is the same.
    """

    resource_kind = models.CharField(max_length=8)
    resource_id = models.UUIDField()
    stamp = models.UUIDField(default=new_id)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resource_kind", "resource_id"], name="one_calendar_per_resource"
            ),
            models.CheckConstraint(
                condition=Q(resource_kind__in=RESOURCES), name="a_kind_of_calendar"
            ),
        ]

    def __str__(self) -> str:
        return f"calendar of {self.resource_kind} {self.resource_id}"


class Claim(models.Model):
    """A resource is taken from one minute to another, by one appointment.

    Minutes are counted from 1970 in UTC, the end excluded: the same on both engines, and exact.
    A claim of a clinician includes the buffers, a claim of a patient is the visit itself.
    """

    resource_kind = models.CharField(max_length=8)
    resource_id = models.UUIDField()
    begins = models.BigIntegerField()
    ends = models.BigIntegerField()
    held_until = models.DateTimeField(null=True)
    """Until when a time is held; null once it is booked."""
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="claims")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resource_kind__in=RESOURCES), name="a_kind_of_resource"
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins")), name="a_claim_ends_after_it_began"
            ),
        ]
        indexes = [
            models.Index(
                fields=["resource_kind", "resource_id", "ends", "begins", "held_until"],
                name="claims_of_a_resource",
            ),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}"
