"""What stands beside a thread, for those who tend it: internal notes, and who took it over when."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from messaging.models.threads import Thread
from portal.crypto.context import Place
from portal.crypto.envelope import OpenKey
from portal.kernel.ids import new_id


class AsideKind(models.TextChoices):
    """An internal note, or a change of whose the thread is."""

    NOTE = "note"
    CLAIMED = "claimed"
    RELEASED = "released"
    ASSIGNED = "assigned"
    MOVED = "moved"
    RESOLVED = "resolved"


class Aside(models.Model):
    """One item beside a thread, in a table and a sequence of its own, so that no gap ever tells.

    The text of a note, or the reason of a change, is sealed for this thread, id and sequence.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="asides", db_index=False)
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=AsideKind.choices)
    author_id = models.UUIDField()
    author_role = models.CharField(max_length=24)
    person_id = models.UUIDField(null=True)
    """Whom a note asks, or who has the thread from now on."""
    team_id = models.UUIDField(null=True)
    """The team that has it from now on; null for the patient's care team."""
    was_owner_id = models.UUIDField(null=True)
    was_team_id = models.UUIDField(null=True)
    body_sealed = models.BinaryField(null=True)
    key_version = models.PositiveIntegerField()
    written_at = models.DateTimeField()
    command_id = models.UUIDField()
    command_digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "sequence"], name="one_aside_per_sequence"),
            models.UniqueConstraint(fields=["author_id", "command_id"], name="an_aside_once"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="asides_begin_at_one"),
            models.CheckConstraint(
                condition=Q(kind__in=AsideKind.values), name="a_kind_of_an_aside"
            ),
            models.CheckConstraint(
                condition=~Q(kind=AsideKind.NOTE) | Q(body_sealed__isnull=False),
                name="a_note_has_a_text",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person_id", "thread"],
                condition=Q(kind=AsideKind.NOTE, person_id__isnull=False),
                name="notes_that_ask",
            ),
        ]

    def __str__(self) -> str:
        return f"aside {self.sequence} of thread {self.thread_id}"


def aside_place(key: OpenKey, aside_id: UUID, sequence: int) -> Place:
    """Where the seal of a note, or of a reason, belongs."""
    return key.place("aside", item=aside_id, field="body", sequence=sequence)
