"""Visits: where each stands, who sits where, who attended, and what is on its way."""

import django.db.models.deletion
from django.db import migrations, models

import portal.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("scheduling", "0002_no_two_at_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="Visit",
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
                ("state", models.CharField(default="planned", max_length=12)),
                ("epoch", models.PositiveIntegerField(default=0)),
                ("sequence", models.PositiveIntegerField(default=1)),
                ("state_sequence", models.PositiveIntegerField(default=1)),
                ("waiting_since", models.DateTimeField(null=True)),
                ("admitted_at", models.DateTimeField(null=True)),
                ("live_at", models.DateTimeField(null=True)),
                ("over_at", models.DateTimeField(null=True)),
                ("ending", models.CharField(blank=True, max_length=16)),
                ("declined_why", models.CharField(blank=True, max_length=16)),
                ("note_code", models.CharField(blank=True, max_length=24)),
                ("note_sealed", models.BinaryField(null=True)),
                ("note_sequence", models.PositiveIntegerField(default=0)),
                ("note_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "appointment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visit",
                        to="scheduling.appointment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("side", models.CharField(max_length=8)),
                ("person_id", models.UUIDField()),
                ("role", models.CharField(max_length=12)),
                ("device", models.UUIDField()),
                ("token", models.UUIDField()),
                ("socket", models.CharField(db_index=True, max_length=64)),
                ("session", models.CharField(max_length=64)),
                ("seen_at", models.DateTimeField()),
                ("lost_at", models.DateTimeField(null=True)),
                ("is_left", models.BooleanField(default=False)),
                (
                    "visit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="visits.visit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Frame",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("epoch", models.PositiveIntegerField()),
                ("side", models.CharField(max_length=8)),
                ("number", models.PositiveIntegerField()),
                ("sequence", models.PositiveIntegerField()),
                ("body_sealed", models.BinaryField(null=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("put_at", models.DateTimeField(db_index=True)),
                (
                    "visit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="frames",
                        to="visits.visit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Confirmation",
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
                ("by", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("answers_sealed", models.BinaryField()),
                (
                    "visit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="visits.visit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Carried",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.UUIDField()),
                ("command_id", models.UUIDField()),
                ("digest", models.BinaryField(max_length=32)),
                ("result", models.JSONField()),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "visit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commands",
                        to="visits.visit",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "carried",
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.UUIDField()),
                ("role", models.CharField(max_length=12)),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField(null=True)),
                ("parted", models.CharField(blank=True, max_length=16)),
                (
                    "visit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendance",
                        to="visits.visit",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("over_at", None)), fields=["state"], name="visits_under_way"
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["planned", "waiting", "admitted", "live", "ended", "missed", "cancelled"],
                    )
                ),
                name="a_state_of_a_visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "ending__in",
                            [
                                "finished",
                                "declined",
                                "not-come",
                                "not-admitted",
                                "not-connected",
                                "left-open",
                                "cancelled",
                            ],
                        ),
                        ("over_at__isnull", False),
                        ("state__in", ["cancelled", "ended", "missed"]),
                    ),
                    models.Q(
                        models.Q(("state__in", ["cancelled", "ended", "missed"]), _negated=True),
                        ("ending", ""),
                        ("over_at", None),
                    ),
                    _connector="OR",
                ),
                name="what_is_over_says_when_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "note_code__in",
                        [
                            "",
                            "ten-minutes-late",
                            "twenty-minutes-late",
                            "nearly-there",
                            "please-phone",
                            "other",
                        ],
                    )
                ),
                name="a_note_of_a_visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("declined_why__in", ["", "wrong-time", "other-channel", "not-needed", "other"])
                ),
                name="why_a_visit_is_declined",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("state_sequence__lte", models.F("sequence"))),
                name="a_state_has_its_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                fields=("visit", "side"), name="one_seat_for_each_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["patient", "clinic"])), name="a_side_of_a_visit"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ("patient", "proxy", "clinician"))),
                name="a_role_in_a_seat",
            ),
        ),
        migrations.AddIndex(
            model_name="frame",
            index=models.Index(fields=["visit", "sequence"], name="frames_of_a_visit"),
        ),
        migrations.AddConstraint(
            model_name="frame",
            constraint=models.UniqueConstraint(
                fields=("visit", "epoch", "side", "number"), name="each_frame_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="frame",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["patient", "clinic"])), name="a_side_of_a_frame"
            ),
        ),
        migrations.AddIndex(
            model_name="confirmation",
            index=models.Index(fields=["visit", "at"], name="confirmations_of_a_visit"),
        ),
        migrations.AddConstraint(
            model_name="carried",
            constraint=models.UniqueConstraint(
                fields=("person_id", "command_id"), name="a_step_once"
            ),
        ),
        migrations.AddIndex(
            model_name="attendance",
            index=models.Index(fields=["visit", "from_at"], name="attendance_of_a_visit"),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("to_at", None)),
                fields=("visit", "person_id"),
                name="a_person_is_there_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("to_at", None), ("to_at__gte", models.F("from_at")), _connector="OR"
                ),
                name="nobody_leaves_before_coming",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ("patient", "proxy", "clinician"))),
                name="a_role_in_a_visit",
            ),
        ),
    ]
