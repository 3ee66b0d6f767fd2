"""Ways back in, and another address. Each is a row that waits for a link, a person, or time."""

from django.db import models
from django.db.models import Q

from portal.accounts.models.people import Person
from portal.accounts.vocabulary import CALLS
from portal.kernel import clock
from portal.kernel.ids import new_id


class PasswordReset(models.Model):
    """Somebody says that they forgot a password. It is answered later, by letter or not at all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sign_in_index = models.BinaryField(max_length=16)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="resets")
    digest = models.BinaryField(max_length=16, null=True, unique=True)
    asked_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(answered_at=None), name="resets_to_be_answered"
            )
        ]

    def __str__(self) -> str:
        return f"password reset {self.pk}"


class AddressChange(models.Model):
    """Another address to sign in with: proven by one link, taken back by another one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="address_changes")
    new_index = models.BinaryField(max_length=16)
    new_sealed = models.BinaryField()
    old_index = models.BinaryField(max_length=16, db_index=True)
    old_sealed = models.BinaryField()
    proof_digest = models.BinaryField(max_length=16, unique=True)
    stop_digest = models.BinaryField(max_length=16, unique=True)
    asked_at = models.DateTimeField(default=clock.now)
    proof_until = models.DateTimeField()
    stop_until = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"address change {self.pk}"


class LostPhone(models.Model):
    """A second factor that is to fall: after a second person agrees, or after some days."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="lost_phones")
    asked_by = models.UUIDField()
    proof = models.CharField(max_length=16)
    of_staff = models.BooleanField()
    stop_digest = models.BinaryField(max_length=16, unique=True)
    asked_at = models.DateTimeField(default=clock.now)
    falls_at = models.DateTimeField()
    confirmed_by = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(proof__in=CALLS), name="a_lost_phone_has_a_proof"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("asked_by")),
                name="a_lost_phone_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(of_staff=False) | Q(done_at=None) | Q(confirmed_by__isnull=False),
                name="a_factor_of_staff_falls_by_two_people",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(done_at=None, ended_at=None),
                name="one_lost_phone_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"lost phone {self.pk}"
