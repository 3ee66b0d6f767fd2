"""Rules of time, appointments, their history, and the claims that keep them apart."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kernel.clock
import portal.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("patients", "0001_patients_and_their_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("resource_kind", models.CharField(max_length=8)),
                ("resource_id", models.UUIDField()),
                ("stamp", models.UUIDField(default=portal.kernel.ids.new_id)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource_kind", "resource_id"), name="one_calendar_per_resource"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("resource_kind__in", ("clinic", "patient", "person"))),
                        name="a_kind_of_calendar",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.UUIDField()),
                ("command_id", models.UUIDField()),
                ("digest", models.BinaryField(max_length=16)),
                ("result", models.UUIDField()),
                ("mark", models.UUIDField(default=portal.kernel.ids.new_id)),
                ("made_at", models.DateTimeField(default=portal.kernel.clock.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person_id", "command_id"), name="a_booking_command_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitType",
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
                ("name", models.CharField(max_length=80)),
                ("minutes", models.PositiveSmallIntegerField()),
                ("before_minutes", models.PositiveSmallIntegerField(default=0)),
                ("after_minutes", models.PositiveSmallIntegerField(default=0)),
                ("step_minutes", models.PositiveSmallIntegerField(default=15)),
                ("by_video", models.BooleanField(default=False)),
                ("by_phone", models.BooleanField(default=False)),
                ("in_person", models.BooleanField(default=False)),
                ("bookable_by_patients", models.BooleanField(default=False)),
                ("notice_minutes", models.PositiveIntegerField(default=120)),
                ("cutoff_minutes", models.PositiveIntegerField(default=1440)),
                ("horizon_days", models.PositiveSmallIntegerField(default=60)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=portal.kernel.clock.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minutes__gte", 5),
                            ("minutes__lte", 480),
                            ("step_minutes__gte", 5),
                            ("after_minutes__lte", 240),
                            ("before_minutes__lte", 240),
                            ("step_minutes__lte", 480),
                        ),
                        name="a_visit_has_a_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_video", True),
                            ("by_phone", True),
                            ("in_person", True),
                            _connector="OR",
                        ),
                        name="a_visit_has_a_way_to_meet",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("horizon_days__gte", 1), ("horizon_days__lte", 366)),
                        name="a_visit_is_booked_within_a_year",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
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
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("video", "Video"),
                            ("phone", "Phone"),
                            ("in-person", "In Person"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "Held"),
                            ("booked", "Booked"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        max_length=12,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("zone", models.CharField(max_length=48)),
                ("wall_start", models.CharField(max_length=16)),
                ("patient_zone", models.CharField(max_length=48)),
                ("reason_sealed", models.BinaryField(null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
                ("held_until", models.DateTimeField(null=True)),
                ("is_extended", models.BooleanField(default=False)),
                ("made_by", models.UUIDField()),
                ("made_at", models.DateTimeField(default=portal.kernel.clock.now)),
                ("booked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "clinician",
                    models.ForeignKey(
                        db_index=False,
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
                        related_name="appointments",
                        to="patients.patient",
                    ),
                ),
                (
                    "visit_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="scheduling.visittype",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Change",
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
                ("kind", models.CharField(max_length=12)),
                ("revision", models.PositiveIntegerField()),
                ("clinician", models.UUIDField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("zone", models.CharField(max_length=48)),
                ("wall_start", models.CharField(max_length=16)),
                ("why", models.CharField(blank=True, max_length=16)),
                ("by", models.UUIDField()),
                ("at", models.DateTimeField()),
                (
                    "appointment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="scheduling.appointment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["appointment", "id"], name="changes_of_an_appointment")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "held",
                                    "extended",
                                    "booked",
                                    "moved",
                                    "cancelled",
                                    "released",
                                    "expired",
                                ),
                            )
                        ),
                        name="a_kind_of_change",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "why__in",
                                [
                                    "",
                                    "patient-asked",
                                    "not-needed",
                                    "ill",
                                    "clinician-away",
                                    "wrong-time",
                                    "mistake",
                                    "other",
                                ],
                            )
                        ),
                        name="why_it_changed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("resource_kind", models.CharField(max_length=8)),
                ("resource_id", models.UUIDField()),
                ("begins", models.BigIntegerField()),
                ("ends", models.BigIntegerField()),
                ("held_until", models.DateTimeField(null=True)),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="scheduling.appointment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["resource_kind", "resource_id", "ends", "begins"],
                        name="claims_of_a_resource",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("resource_kind__in", ("clinic", "patient", "person"))),
                        name="a_kind_of_resource",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends__gt", models.F("begins"))),
                        name="a_claim_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField()),
                ("opens_minute", models.PositiveSmallIntegerField()),
                ("closes_minute", models.PositiveSmallIntegerField()),
                ("zone", models.CharField(max_length=48)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hours",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "hours",
                "indexes": [
                    models.Index(fields=["person", "valid_from"], name="hours_of_a_person")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closes_minute__lte", 1440),
                            ("weekday__lte", 6),
                            ("opens_minute__lt", models.F("closes_minute")),
                        ),
                        name="a_window_opens_before_it_closes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="hours_end_after_they_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeException",
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
                ("kind", models.CharField(max_length=8)),
                ("occasion", models.CharField(max_length=12)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("zone", models.CharField(max_length=48)),
                ("wall_start", models.CharField(max_length=16)),
                ("wall_end", models.CharField(max_length=16)),
                ("made_by", models.UUIDField()),
                ("made_at", models.DateTimeField(default=portal.kernel.clock.now)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_exceptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "ends_at"], name="exceptions_of_a_person")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("absence", "opening"))),
                        name="a_kind_of_exception",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "occasion__in",
                                ("leave", "holiday", "closed", "training", "ill", "extra", "other"),
                            )
                        ),
                        name="an_occasion_of_an_exception",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="an_exception_ends_after_it_began",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "absence"), ("person__isnull", False), _connector="OR"
                        ),
                        name="an_opening_is_somebodys",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offering",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "clinician",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offerings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "visit_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offerings",
                        to="scheduling.visittype",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clinician", "visit_type"), name="an_offering_once"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["patient", "starts_at"], name="appointments_of_a_patient"),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                fields=["clinician", "starts_at"], name="appointments_of_a_clinician"
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["starts_at"], name="appointments_by_start"),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(("state", "held")),
                fields=["held_until"],
                name="appointments_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("held", "booked", "cancelled", "expired"))),
                name="a_state_of_an_appointment",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ("video", "phone", "in-person"))),
                name="a_mode_of_an_appointment",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="an_appointment_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_until__isnull", False), ("state", "held")),
                    models.Q(models.Q(("state", "held"), _negated=True), ("held_until", None)),
                    _connector="OR",
                ),
                name="only_what_is_held_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state__in", ["held", "booked"])),
                    models.Q(("ended_at__isnull", False), ("state__in", ["cancelled", "expired"])),
                    _connector="OR",
                ),
                name="what_gave_its_time_back_says_when",
            ),
        ),
    ]
