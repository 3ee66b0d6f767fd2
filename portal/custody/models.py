"""How far a rotation has come, and how far an erasure."""

from django.db import models
from django.db.models import F, Q

from portal.custody.vocabulary import DECISIONS, PROOFS, REASONS
from portal.kernel import clock
from portal.kernel.ids import new_id


class Rotation(models.Model):
    """Every patient key is on its way under a new KEK. `cursor` is the last row that was looked at.

    Another pass follows as long as the last one found anything: rows may be added behind it by a
    process that had not seen the new KEK yet.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=8, default="kek")
    old_kek = models.CharField(max_length=16)
    new_kek = models.CharField(max_length=16)
    cursor = models.BigIntegerField(default=0)
    passes = models.PositiveIntegerField(default=0)
    moved = models.PositiveBigIntegerField(default=0)
    moved_in_pass = models.PositiveBigIntegerField(default=0)
    left = models.PositiveBigIntegerField(default=0)
    """Rows of the last pass that nobody can open: the patient's shred key is not there."""
    broken = models.PositiveBigIntegerField(default=0)
    """Rows of the last pass whose seal does not hold."""
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(finished_at=None), name="one_rotation_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"rotation to {self.new_kek}"


class Erasure(models.Model):
    """A patient who asked to be erased: asked for by one person, decided by another, then done.

    It holds ids, codes and counts. Once it has begun it goes on, whatever happens in between.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient_id = models.UUIDField()
    account_id = models.UUIDField(null=True)
    """The account that goes with the record."""
    proof = models.CharField(max_length=16)
    """How the clinic made sure that it is the patient who asks, or who may ask for them."""
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField(default=clock.now)
    decision = models.CharField(max_length=8, blank=True)
    reason = models.CharField(max_length=24, blank=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    before = models.JSONField(default=dict)
    """How many rows each table held about the patient when it began."""
    done_at = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)
    """What the receipt says; its digest is in the entry."""
    entry = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(proof__in=PROOFS), name="an_erasure_has_a_proof"),
            models.CheckConstraint(
                condition=Q(decision="", reason="", decided_by=None, decided_at=None)
                | Q(
                    decision__in=DECISIONS,
                    reason__in=REASONS,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="an_erasure_is_decided_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="an_erasure_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(begun_at=None, done_at=None) | Q(decision="granted"),
                name="only_what_was_granted_is_erased",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(begun_at__isnull=False, entry__isnull=False),
                name="an_erasure_that_is_done_has_its_entry",
            ),
            models.UniqueConstraint(
                fields=["patient_id"],
                condition=~Q(decision="refused"),
                name="one_erasure_of_a_patient",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk}"
