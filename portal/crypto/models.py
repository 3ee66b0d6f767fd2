"""The tables of wrapped keys. Nothing in them opens without the keyring."""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from portal.crypto.hierarchy import WRAPPED_BYTES
from portal.crypto.primitives import KEY_BYTES

GONE = "gone"
"""In place of the id of a KEK: this key was overwritten when its patient was shredded."""


class PatientKey(models.Model):
    """One version of a patient's key, wrapped by a KEK and the patient's shred key together."""

    patient_id = models.UUIDField()
    version = models.PositiveIntegerField()
    kek_id = models.CharField(max_length=16, db_index=True)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient_id", "version"], name="one_patient_key_per_version"
            ),
            models.CheckConstraint(
                condition=models.Q(version__gte=1), name="patient_key_versions_count_from_one"
            ),
            models.CheckConstraint(
                condition=Exact(Length("wrapped"), WRAPPED_BYTES), name="patient_key_is_wrapped"
            ),
        ]

    def __str__(self) -> str:
        return f"patient key {self.patient_id} version {self.version}"


class DataKey(models.Model):
    """One version of the key of a thread, chart, form or file group, wrapped by a patient key."""

    patient_id = models.UUIDField(db_index=True)
    purpose = models.CharField(max_length=32)
    home_id = models.UUIDField()
    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["home_id", "purpose", "version"], name="one_data_key_per_version"
            ),
            models.CheckConstraint(
                condition=models.Q(version__gte=1), name="data_key_versions_count_from_one"
            ),
            models.CheckConstraint(
                condition=Exact(Length("wrapped"), WRAPPED_BYTES), name="data_key_is_wrapped"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} key {self.home_id} version {self.version}"


class ShredKey(models.Model):
    """The half of a patient's wrapping key whose loss makes the patient unreadable for good.

    It lives in the database `shred`, apart from everything that it opens.
    """

    patient_id = models.UUIDField(primary_key=True)
    key = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Exact(Length("key"), KEY_BYTES), name="shred_key_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"shred key {self.patient_id}"


class Shredded(models.Model):
    """A patient whose shred key was destroyed. It stands beside the keys, and so in their backups.

    The highest number is the installation's shredding epoch: when it moves, every process forgets
    the keys that it has open.
    """

    patient_id = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "shredded"

    def __str__(self) -> str:
        return f"shredded patient {self.patient_id}"
