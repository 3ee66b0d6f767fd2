"""Appointments, and the history of what became of them."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.crypto.context import Place
from portal.crypto.envelope import OpenKey
from portal.kernel import clock
from portal.kernel.ids import new_id
from scheduling.models.rules import ZONE_LENGTH, VisitType
from scheduling.vocabulary import CHANGES, MODES, STATES, WHYS

KEY_PURPOSE = "appointment"


class State(models.TextChoices):
    """Where an appointment stands. The first two take time, the others gave it back."""

    HELD = "held"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Mode(models.TextChoices):
    """How patient and clinician meet."""

    VIDEO = "video"
    PHONE = "phone"
    IN_PERSON = "in-person"


class Appointment(models.Model):
    """A time that a patient and a clinician have for each other, held or booked.

    `starts_at` is the instant that counts; `wall_start` and `zone` are what the clinic meant by
    it, `patient_zone` is where the patient was. The id never changes; `revision` rises with every
    change that a calendar outside has to hear of. The reason is sealed under the patient's key.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="appointments", db_index=False
    )
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="appointments")
    mode = models.CharField(max_length=12, choices=Mode.choices)
    state = models.CharField(max_length=12, choices=State.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=ZONE_LENGTH)
    wall_start = models.CharField(max_length=16)
    patient_zone = models.CharField(max_length=ZONE_LENGTH)
    reason_sealed = models.BinaryField(null=True)
    revision = models.PositiveIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    is_extended = models.BooleanField(default=False)
    made_by = models.UUIDField()
    made_at = models.DateTimeField(default=clock.now)
    booked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When the time was given back; null while it is taken."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="a_state_of_an_appointment"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="a_mode_of_an_appointment"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="an_appointment_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(state="held", held_until__isnull=False)
                | ~Q(state="held") & Q(held_until=None),
                name="only_what_is_held_expires",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "booked"], ended_at=None)
                | Q(state__in=["cancelled", "expired"], ended_at__isnull=False),
                name="what_gave_its_time_back_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "starts_at"], name="appointments_of_a_patient"),
            models.Index(fields=["clinician", "starts_at"], name="appointments_of_a_clinician"),
            models.Index(fields=["starts_at"], name="appointments_by_start"),
            models.Index(
                fields=["held_until"], condition=Q(state="held"), name="appointments_held"
            ),
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk}"

    @property
    def is_video(self) -> bool:
        """True for a visit by video."""
        return self.mode == Mode.VIDEO


class Change(models.Model):
    """One thing that became of an appointment, as it stood then. Only ever added."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="changes", db_index=False
    )
    kind = models.CharField(max_length=12)
    revision = models.PositiveIntegerField()
    clinician = models.UUIDField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=ZONE_LENGTH)
    wall_start = models.CharField(max_length=16)
    why = models.CharField(max_length=16, blank=True)
    by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CHANGES), name="a_kind_of_change"),
            models.CheckConstraint(condition=Q(why__in=["", *WHYS]), name="why_it_changed"),
        ]
        indexes = [models.Index(fields=["appointment", "id"], name="changes_of_an_appointment")]

    def __str__(self) -> str:
        return f"{self.kind} of appointment {self.appointment_id}"


class Receipt(models.Model):
    """A command that was carried out: what it made, and a keyed digest of what it said."""

    person_id = models.UUIDField()
    command_id = models.UUIDField()
    digest = models.BinaryField(max_length=16)
    result = models.UUIDField()
    mark = models.UUIDField(default=new_id)
    """Tells the first time from all others, also where `result` was there before."""
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "command_id"], name="a_booking_command_once"
            ),
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk}"


def reason_place(key: OpenKey, appointment_id: UUID) -> Place:
    """Where the seal of a reason belongs."""
    return key.place("appointment", item=appointment_id, field="reason")
