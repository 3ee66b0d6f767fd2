"""Records, the links around them, and encounters."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kernel.clock
import portal.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Clinician",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="known_elsewhere",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("source_index", models.BinaryField(max_length=16, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.kernel.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("chart_sealed", models.BinaryField()),
                ("chart_version", models.PositiveIntegerField(default=1)),
                ("source_index", models.BinaryField(max_length=16, null=True, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kernel.clock.now)),
                (
                    "merged_into",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="patients.patient",
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="record",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Encounter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.kernel.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("source_index", models.BinaryField(max_length=16, unique=True)),
                ("status", models.CharField(max_length=16)),
                ("class_code", models.CharField(blank=True, max_length=32)),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("details_sealed", models.BinaryField()),
                ("created_at", models.DateTimeField(default=portal.kernel.clock.now)),
                (
                    "clinician",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="encounters",
                        to="patients.patient",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareTeamMember",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.kernel.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("ended_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(default=portal.kernel.clock.now)),
                ("role", models.CharField(max_length=24)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("manual", "Manual"),
                            ("encounter", "Encounter"),
                            ("demo", "Demo"),
                        ],
                        default="manual",
                        max_length=12,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cares_for",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_team",
                        to="patients.patient",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Proxy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.kernel.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("ended_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(default=portal.kernel.clock.now)),
                (
                    "scope",
                    models.CharField(
                        choices=[("read", "Read"), ("correspond", "Correspond"), ("full", "Full")],
                        max_length=12,
                    ),
                ),
                ("relation", models.CharField(max_length=12)),
                ("granted_by", models.UUIDField()),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proxies",
                        to="patients.patient",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts_for",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "proxies",
            },
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(("merged_into", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="a_record_is_not_merged_into_itself",
            ),
        ),
        migrations.AddIndex(
            model_name="encounter",
            index=models.Index(fields=["patient", "-starts_at"], name="encounters_of_a_patient"),
        ),
        migrations.AddConstraint(
            model_name="encounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "arrived",
                            "cancelled",
                            "entered-in-error",
                            "finished",
                            "in-progress",
                            "onleave",
                            "planned",
                            "triaged",
                            "unknown",
                        ],
                    )
                ),
                name="a_status_of_an_encounter",
            ),
        ),
        migrations.AddConstraint(
            model_name="encounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_at", None),
                    ("ends_at", None),
                    ("ends_at__gte", models.F("starts_at")),
                    _connector="OR",
                ),
                name="an_encounter_ends_after_it_began",
            ),
        ),
        migrations.AddIndex(
            model_name="careteammember",
            index=models.Index(fields=["person", "patient"], name="links_of_a_person"),
        ),
        migrations.AddIndex(
            model_name="careteammember",
            index=models.Index(fields=["patient", "begins_at"], name="links_of_a_patient"),
        ),
        migrations.AddConstraint(
            model_name="careteammember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ("clinician", "nurse", "therapist", "pharmacist", "coordinator"))
                ),
                name="a_role_on_a_care_team",
            ),
        ),
        migrations.AddConstraint(
            model_name="careteammember",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ("manual", "encounter", "demo"))),
                name="a_source_of_a_link",
            ),
        ),
        migrations.AddConstraint(
            model_name="careteammember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="a_link_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="careteammember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("patient", "person"),
                name="one_open_link_per_member",
            ),
        ),
        migrations.AddIndex(
            model_name="proxy",
            index=models.Index(fields=["person", "patient"], name="proxies_of_a_person"),
        ),
        migrations.AddIndex(
            model_name="proxy",
            index=models.Index(fields=["patient", "begins_at"], name="proxies_of_a_patient"),
        ),
        migrations.AddConstraint(
            model_name="proxy",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ("read", "correspond", "full"))),
                name="a_scope_of_a_proxy",
            ),
        ),
        migrations.AddConstraint(
            model_name="proxy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("relation__in", ("parent", "child", "partner", "guardian", "carer", "other"))
                ),
                name="a_relation_of_a_proxy",
            ),
        ),
        migrations.AddConstraint(
            model_name="proxy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="a_proxy_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="proxy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("patient", "person"),
                name="one_open_grant_per_proxy",
            ),
        ),
    ]
