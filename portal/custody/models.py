"""How far a rotation has come."""

from django.db import models
from django.db.models import Q

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
