"""The table of letters. Nothing here tells whom a letter reaches, or what it says."""

from django.db import models
from django.db.models import Q

from portal.kernel import clock
from portal.kernel.ids import new_id


class State(models.TextChoices):
    """What has become of a letter."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Letter(models.Model):
    """One letter to one reader. `next_at` is when it is next tried; whoever takes it moves that.

    `key` names the occasion: the same letter is never written twice for it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=160, unique=True)
    to_person = models.UUIDField(null=True, db_index=True)
    address_sealed = models.BinaryField(null=True)
    params_sealed = models.BinaryField()
    about = models.UUIDField(null=True, db_index=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=16, blank=True)
    posted_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    next_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="a_state_of_letters"),
            models.CheckConstraint(
                condition=Q(to_person=None, address_sealed__isnull=False)
                | Q(to_person__isnull=False, address_sealed=None),
                name="a_letter_has_one_reader",
            ),
            models.CheckConstraint(
                condition=Q(state=State.QUEUED) | Q(done_at__isnull=False),
                name="a_letter_that_waits_no_more_says_since_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"], condition=Q(state=State.QUEUED), name="letters_that_wait"
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"
