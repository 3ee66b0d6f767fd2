"""Threads, their items, and how far each reader has read."""

import django.db.models.deletion
from django.db import migrations, models

import portal.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("patients", "0001_patients_and_their_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="Thread",
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
                ("team_id", models.UUIDField(null=True)),
                ("topic_sealed", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("note_sequence", models.PositiveIntegerField(default=0)),
                ("last_message", models.PositiveIntegerField(default=0)),
                ("last_message_at", models.DateTimeField()),
                ("waiting_since", models.DateTimeField(null=True)),
                ("opened_by", models.UUIDField()),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "patient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="threads",
                        to="patients.patient",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReadMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.UUIDField()),
                ("upto", models.PositiveIntegerField()),
                ("marked_at", models.DateTimeField()),
                (
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="messaging.thread",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
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
                ("sequence", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("message", "Message"),
                            ("closed", "Closed"),
                            ("reopened", "Reopened"),
                        ],
                        max_length=8,
                    ),
                ),
                ("author_id", models.UUIDField()),
                ("author_role", models.CharField(max_length=24)),
                ("on_behalf", models.BooleanField()),
                ("body_sealed", models.BinaryField(null=True)),
                ("key_version", models.PositiveIntegerField()),
                ("sent_at", models.DateTimeField()),
                ("command_id", models.UUIDField()),
                ("command_digest", models.BinaryField(max_length=32)),
                (
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="messaging.thread",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(fields=["patient", "changed_at", "id"], name="threads_of_a_patient"),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("waiting_since__isnull", False)),
                fields=["waiting_since", "id"],
                name="threads_that_wait",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "closed"])), name="a_state_of_a_thread"
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_message__lte", models.F("sequence"))),
                name="the_newest_message_is_an_item",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "open"), ("waiting_since", None), _connector="OR"),
                name="nobody_waits_in_a_closed_thread",
            ),
        ),
        migrations.AddConstraint(
            model_name="readmark",
            constraint=models.UniqueConstraint(
                fields=("thread", "person_id"), name="one_mark_per_reader"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("thread", "sequence"), name="one_item_per_sequence"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("author_id", "command_id"), name="a_command_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("sequence__gte", 1)), name="sequences_begin_at_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("body_sealed__isnull", False), ("kind", "message")),
                    models.Q(("body_sealed", None), ("kind__in", ["closed", "reopened"])),
                    _connector="OR",
                ),
                name="messages_alone_have_a_text",
            ),
        ),
    ]
