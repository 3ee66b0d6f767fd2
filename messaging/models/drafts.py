"""What somebody began to write and has not sent. It is its author's alone."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from messaging.models.threads import Thread
from portal.crypto.context import Place
from portal.crypto.envelope import OpenKey
from portal.kernel.ids import new_id

DRAFT_PURPOSE = "draft"
"""One data key for all drafts about a patient; at home with the patient."""


class Draft(models.Model):
    """A message that is not sent: in a thread, or the first one of a thread that is not there.

    The words are sealed for this draft and version, together with whose they are and where they
    belong, so that a row that is given to somebody else opens for nobody.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    author_id = models.UUIDField()
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="drafts", db_index=False
    )
    thread = models.ForeignKey(
        Thread, models.PROTECT, null=True, related_name="drafts", db_index=False
    )
    """The thread it is written in; null for a thread that is to be begun."""
    version = models.PositiveIntegerField(default=1)
    """How often it was kept: whoever keeps it anew says which version they have seen."""
    words_sealed = models.BinaryField()
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["author_id", "thread"],
                condition=Q(thread__isnull=False),
                name="one_draft_per_author_and_thread",
            ),
            models.UniqueConstraint(
                fields=["author_id", "patient"],
                condition=Q(thread=None),
                name="one_new_draft_per_author_and_patient",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="drafts_begin_at_one"),
        ]
        indexes = [
            models.Index(fields=["patient"], name="drafts_about_a_patient"),
            models.Index(fields=["changed_at"], name="drafts_by_their_age"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


def draft_place(key: OpenKey, draft_id: UUID, version: int) -> Place:
    """Where the seal of a draft's words belongs."""
    return key.place("draft", item=draft_id, field="words", sequence=version)
