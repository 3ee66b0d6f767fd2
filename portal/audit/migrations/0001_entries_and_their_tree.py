"""Entries, the tree over them, its signed checkpoints, and the sealed details."""

from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact, LessThanOrEqual

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def index(name: str, *fields: str, only: models.Q | None = None) -> models.Index:
    return models.Index(fields=fields, name=name, condition=only)


def whole(column: str, length: int, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Exact(Length(column), length), name=name)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("leaf", models.BinaryField()),
                ("event", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=24)),
                ("patient", models.CharField(max_length=24, null=True)),
                ("subject", models.CharField(max_length=24, null=True)),
                ("outcome", models.PositiveSmallIntegerField()),
                ("request", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "indexes": [
                    index("entries_of_an_actor", "actor", "id"),
                    index("entries_of_an_event", "event", "id"),
                    index(
                        "entries_about_a_patient",
                        "patient",
                        "id",
                        only=models.Q(patient__isnull=False),
                    ),
                    index(
                        "entries_about_a_subject",
                        "subject",
                        "id",
                        only=models.Q(subject__isnull=False),
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=LessThanOrEqual(Length("leaf"), 4096), name="leaf_is_short"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", ID.clone()),
                (
                    "entry",
                    models.ForeignKey(
                        "audit.entry",
                        models.DO_NOTHING,
                        related_name="mentions",
                        db_index=False,
                        db_constraint=False,
                    ),
                ),
                ("patient", models.CharField(max_length=24)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["entry", "patient"], name="a_list_names_a_patient_once"
                    )
                ],
                "indexes": [index("lists_about_a_patient", "patient", "entry")],
            },
        ),
        migrations.CreateModel(
            name="EntryDetail",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        "audit.entry",
                        models.DO_NOTHING,
                        primary_key=True,
                        serialize=False,
                        related_name="detail",
                        db_constraint=False,
                    ),
                ),
                ("sealed", models.BinaryField()),
            ],
            options={"db_table": "audit_detail"},
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "entry",
                    models.OneToOneField(
                        "audit.entry",
                        models.DO_NOTHING,
                        related_name="placed",
                        db_constraint=False,
                    ),
                ),
                ("leaf_hash", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(seq__gte=0), name="leaves_count_from_nought"
                    ),
                    whole("leaf_hash", 32, "leaf_hash_is_whole"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                ("id", ID.clone()),
                ("level", models.PositiveSmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("hashes", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["level", "index"], name="one_tile_per_place"),
                    whole("root", 32, "tile_root_is_whole"),
                    whole("hashes", 8192, "tile_is_full"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(unique=True)),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("signed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(number__gte=0), name="checkpoints_count_from_nought"
                    ),
                    whole("root", 32, "checkpoint_root_is_whole"),
                ]
            },
        ),
    ]
