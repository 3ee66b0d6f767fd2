"""Questions about an access: what somebody asks who saw who looked, and what they are answered."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from patients.models.records import Patient
from portal.crypto.context import Place
from portal.crypto.envelope import OpenKey
from portal.kernel import clock
from portal.kernel.ids import new_id

MOST_WORDS = 4_000
"""Letters in a question or an answer."""


class AccessQuestion(models.Model):
    """One question about one entry of the log, and its answer. The words are sealed.

    They lie under a key of the patient's that opens nothing else: whoever answers reads them alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="questions", db_index=False)
    entry = models.UUIDField()
    """The entry of the log that it is about."""
    whose = models.UUIDField(null=True)
    """Whose access that is; none for the portal's own. They do not read what others asked of it."""
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    """Until when an answer was promised."""
    asked_sealed = models.BinaryField()
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer_sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer_sealed=None)
                | Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    answer_sealed__isnull=False,
                ),
                name="an_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("asked_at")), name="an_answer_has_time"
            ),
            models.UniqueConstraint(
                fields=["patient", "entry", "asked_by"],
                condition=Q(answered_at=None),
                name="one_open_question_about_an_entry",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "id"], name="questions_of_a_patient"),
            models.Index(
                fields=["due_at", "id"], condition=Q(answered_at=None), name="questions_that_wait"
            ),
            models.Index(
                fields=["answered_at", "id"],
                condition=Q(answered_at__isnull=False),
                name="questions_with_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.pk}"


def question_place(key: OpenKey, question_id: UUID, field: str) -> Place:
    """Where the seal of what was asked, or answered, belongs."""
    return key.place("access-question", item=question_id, field=field)
