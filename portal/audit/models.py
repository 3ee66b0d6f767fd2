"""The tables of the log. Rows are only ever inserted; the guards of a migration see to that.

No row points at a person or a patient: they appear as pseudonyms, so no cascade can eat evidence.
"""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact, LessThanOrEqual

from portal.audit.leaves import MOST_BYTES
from portal.audit.merkle import HASH_BYTES
from portal.audit.tiles import WIDTH


class Entry(models.Model):
    """One act. The leaf is the evidence; the other columns repeat it, so that it can be found."""

    id = models.UUIDField(primary_key=True)
    leaf = models.BinaryField()
    event = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor = models.CharField(max_length=24)
    patient = models.CharField(max_length=24, null=True)  # noqa: DJ001 (indexed where it is not)
    subject = models.CharField(max_length=24, null=True)  # noqa: DJ001 (the same)
    outcome = models.PositiveSmallIntegerField()
    request = models.CharField(max_length=64, blank=True)

    class Meta:
        # Ids grow with time, so (column, id) is also (column, time): one index, one keyset.
        indexes = [
            models.Index(fields=["actor", "id"], name="entries_of_an_actor"),
            models.Index(fields=["event", "id"], name="entries_of_an_event"),
            models.Index(
                fields=["patient", "id"],
                name="entries_about_a_patient",
                condition=models.Q(patient__isnull=False),
            ),
            models.Index(
                fields=["subject", "id"],
                name="entries_about_a_subject",
                condition=models.Q(subject__isnull=False),
            ),
            models.Index(
                fields=["outcome", "id"],
                name="entries_that_were_refused",
                condition=models.Q(outcome__gt=0),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("leaf"), MOST_BYTES), name="leaf_is_short"
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.id}"


class Mention(models.Model):
    """One of the patients that a list showed: the entry is found from each of them."""

    entry = models.ForeignKey(
        Entry, models.DO_NOTHING, related_name="mentions", db_constraint=False, db_index=False
    )
    patient = models.CharField(max_length=24)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "patient"], name="a_list_names_a_patient_once")
        ]
        indexes = [models.Index(fields=["patient", "entry"], name="lists_about_a_patient")]

    def __str__(self) -> str:
        return f"mention {self.pk}"


class EntryDetail(models.Model):
    """The salts and values behind an entry's commitments, sealed. May be deleted, never changed."""

    entry = models.OneToOneField(
        Entry, models.DO_NOTHING, primary_key=True, related_name="detail", db_constraint=False
    )
    sealed = models.BinaryField()

    class Meta:
        db_table = "audit_detail"

    def __str__(self) -> str:
        return f"detail of entry {self.pk}"


class Leaf(models.Model):
    """The place of an entry in the tree."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(
        Entry, models.DO_NOTHING, related_name="placed", db_constraint=False
    )
    leaf_hash = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(seq__gte=0), name="leaves_count_from_nought"),
            models.CheckConstraint(
                condition=Exact(Length("leaf_hash"), HASH_BYTES), name="leaf_hash_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"leaf {self.seq}"


class Tile(models.Model):
    """256 neighbouring hashes of one level, and their root, which the level above holds."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    root = models.BinaryField()
    hashes = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="one_tile_per_place"),
            models.CheckConstraint(
                condition=Exact(Length("root"), HASH_BYTES), name="tile_root_is_whole"
            ),
            models.CheckConstraint(
                condition=Exact(Length("hashes"), WIDTH * HASH_BYTES), name="tile_is_full"
            ),
        ]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed statement of size and root, under the name of one epoch of the log."""

    number = models.BigIntegerField(primary_key=True)
    epoch = models.PositiveIntegerField(default=1, db_default=1)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["epoch", "size"], name="one_checkpoint_per_size"),
            models.CheckConstraint(
                condition=models.Q(number__gte=0), name="checkpoints_count_from_nought"
            ),
            models.CheckConstraint(
                condition=Exact(Length("root"), HASH_BYTES), name="checkpoint_root_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"checkpoint {self.number} of size {self.size}"
