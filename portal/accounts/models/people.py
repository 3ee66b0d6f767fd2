"""People, their roles, their sessions and what they prove themselves by."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django_otp.models import Device

from portal.accounts.vocabulary import ROLES
from portal.kernel import clock
from portal.kernel.ids import new_id


class People(models.Manager["Person"]):
    """Where Django looks people up. Nobody is found by a name in the clear."""

    def get_by_natural_key(self, sign_in_index: bytes) -> "Person":
        """The person with this blind index."""
        return self.get(sign_in_index=sign_in_index)


class Person(AbstractBaseUser):
    """Whoever signs in: patient, proxy or staff. The name and the address are sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sign_in_index = models.BinaryField(max_length=16, unique=True)
    profile_sealed = models.BinaryField()
    is_active = models.BooleanField(default=True)
    revocation = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, db_index=True)
    created_at = models.DateTimeField(default=clock.now)
    last_login = None

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "sign_in_index"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return f"person {self.pk}"

    def get_username(self) -> str:
        """The id: what a log line may say of a person."""
        return str(self.pk)


class RoleGrant(models.Model):
    """A role that a person holds from one instant until another, or until it is ended."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=24)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=ROLES), name="a_role_that_exists"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="a_role_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["person", "role"], condition=Q(until=None), name="one_open_grant_per_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of person {self.person_id}"


class Stage(models.TextChoices):
    """How far the holder of a session has come."""

    ANONYMOUS = "anonymous"
    PASSWORD = "password"  # noqa: S105
    ENROL = "enrol"
    FULL = "full"


class Session(models.Model):
    """One signed-in browser. The cookie's value is not here, only its digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_digest = models.BinaryField(max_length=32, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="sessions")
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.ANONYMOUS)
    factor = models.CharField(max_length=12, blank=True)
    device = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    signed_in_at = models.DateTimeField(null=True)
    proven_at = models.DateTimeField(null=True)
    """When its holder last proved who they are: by signing in, or when asked once more."""
    last_seen_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values), name="a_stage_of_signing_in"
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.ANONYMOUS) | Q(person__isnull=False),
                name="a_session_past_the_first_step_has_a_person",
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="sessions_by_end")]

    def __str__(self) -> str:
        return f"session {self.pk}"


class HeldForm(models.Model):
    """What somebody typed and sent after their session had lapsed, until they signed in again.

    Sealed under a key of which only their browser holds the secret.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="held_forms")
    person = models.ForeignKey(Person, models.CASCADE, related_name="held_forms")
    key_digest = models.BinaryField(max_length=32, db_index=True)
    form_sealed = models.BinaryField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"held form {self.pk}"


class TotpDevice(Device):
    """An authenticator app. Its secret is sealed and bound to `handle`."""

    handle = models.UUIDField(default=new_id, unique=True, editable=False)
    secret_sealed = models.BinaryField()
    last_step = models.BigIntegerField(default=-1)
    drift = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="one_app_per_person")
        ]

    def __str__(self) -> str:
        return f"authenticator {self.handle}"


class RecoveryDevice(Device):
    """The recovery codes of one person, as one device."""

    handle = models.UUIDField(default=new_id, unique=True, editable=False)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], name="one_set_of_recovery_codes_per_person")
        ]

    def __str__(self) -> str:
        return f"recovery codes {self.handle}"


class RecoveryCode(models.Model):
    """One code, as a keyed hash. Used once."""

    device = models.ForeignKey(RecoveryDevice, models.CASCADE, related_name="codes")
    digest = models.BinaryField(max_length=16)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "digest"], name="recovery_codes_differ")
        ]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class Throttle(models.Model):
    """How many attempts were evaluated for one account or one address, as a blind index."""

    key = models.BinaryField(max_length=16, unique=True)
    used = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    window_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["window_at"], name="throttles_by_window")]

    def __str__(self) -> str:
        return f"throttle {bytes(self.key).hex()}"
