"""Ways in for somebody who has no sign-in yet."""

from django.db import models
from django.db.models import Q

from portal.accounts.models.people import Person
from portal.accounts.vocabulary import PROOFS, ROLES
from portal.kernel import clock
from portal.kernel.ids import new_id


class Invitation(models.Model):
    """A link in a letter, which works once. Only its digest is here; the address is sealed.

    `subject` is what it is for: a row of the ward that `purpose` belongs to.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.BinaryField(max_length=16, unique=True)
    purpose = models.CharField(max_length=24)
    role = models.CharField(max_length=24)
    subject = models.UUIDField(null=True, db_index=True)
    proofing = models.CharField(max_length=16)
    sign_in_index = models.BinaryField(max_length=16, db_index=True)
    profile_sealed = models.BinaryField()
    made_by = models.UUIDField()
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(Person, models.CASCADE, null=True, related_name="invitations")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=ROLES), name="an_invitation_to_a_role"),
            models.CheckConstraint(
                condition=Q(proofing__in=PROOFS), name="an_invitation_says_what_was_shown"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(withdrawn_at=None),
                name="an_invitation_ends_in_one_way",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None, used_by=None)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="a_used_invitation_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
