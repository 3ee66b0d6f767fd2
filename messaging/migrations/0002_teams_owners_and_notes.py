"""Teams and who is on them, who has a thread, and what stands beside it for staff alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kernel.clock
import portal.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_threads_and_messages"),
        ("patients", "0002_offers_marks_and_receipts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Aside",
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
                            ("note", "Note"),
                            ("claimed", "Claimed"),
                            ("released", "Released"),
                            ("assigned", "Assigned"),
                            ("moved", "Moved"),
                            ("resolved", "Resolved"),
                        ],
                        max_length=8,
                    ),
                ),
                ("author_id", models.UUIDField()),
                ("author_role", models.CharField(max_length=24)),
                ("person_id", models.UUIDField(null=True)),
                ("team_id", models.UUIDField(null=True)),
                ("was_owner_id", models.UUIDField(null=True)),
                ("was_team_id", models.UUIDField(null=True)),
                ("body_sealed", models.BinaryField(null=True)),
                ("key_version", models.PositiveIntegerField()),
                ("written_at", models.DateTimeField()),
                ("command_id", models.UUIDField()),
                ("command_digest", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Team",
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
                    "kind",
                    models.CharField(
                        choices=[("named", "Named"), ("care", "Care")],
                        default="named",
                        max_length=8,
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("purpose", models.CharField(blank=True, max_length=200)),
                ("reply_hours", models.PositiveSmallIntegerField(null=True)),
                ("hours_text", models.CharField(blank=True, max_length=120)),
                ("is_open", models.BooleanField(default=False)),
                ("is_default", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(default=portal.kernel.clock.now)),
                ("changed_at", models.DateTimeField(default=portal.kernel.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="TeamMember",
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
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("added_by", models.UUIDField()),
                ("ended_by", models.UUIDField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="thread",
            name="owned_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="thread",
            name="owner_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="thread",
            name="team_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("team_id__isnull", False)),
                fields=["team_id", "changed_at", "id"],
                name="threads_of_a_team",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                condition=models.Q(("owner_id__isnull", False)),
                fields=["owner_id"],
                name="threads_of_an_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owned_since", None), ("owner_id", None)),
                    models.Q(("owned_since__isnull", False), ("owner_id__isnull", False)),
                    _connector="OR",
                ),
                name="an_owner_since_then",
            ),
        ),
        migrations.AddField(
            model_name="aside",
            name="thread",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="asides",
                to="messaging.thread",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["named", "care"])), name="a_kind_of_a_team"
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_open", False),
                    models.Q(("reply_hours__gte", 1), models.Q(("purpose", ""), _negated=True)),
                    _connector="OR",
                ),
                name="an_open_team_says_what_for_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_default", False),
                    models.Q(("is_open", True), ("kind", "named")),
                    _connector="OR",
                ),
                name="what_nobody_else_gets_goes_to_an_open_team",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "care")),
                fields=("kind",),
                name="one_word_for_care_teams",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("is_default",),
                name="one_default_team",
            ),
        ),
        migrations.AddField(
            model_name="teammember",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="serves_on",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="teammember",
            name="team",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="members",
                to="messaging.team",
            ),
        ),
        migrations.AddIndex(
            model_name="aside",
            index=models.Index(
                condition=models.Q(("kind", "note"), ("person_id__isnull", False)),
                fields=["person_id", "thread"],
                name="notes_that_ask",
            ),
        ),
        migrations.AddConstraint(
            model_name="aside",
            constraint=models.UniqueConstraint(
                fields=("thread", "sequence"), name="one_aside_per_sequence"
            ),
        ),
        migrations.AddConstraint(
            model_name="aside",
            constraint=models.UniqueConstraint(
                fields=("author_id", "command_id"), name="an_aside_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="aside",
            constraint=models.CheckConstraint(
                condition=models.Q(("sequence__gte", 1)), name="asides_begin_at_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="aside",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["note", "claimed", "released", "assigned", "moved", "resolved"])
                ),
                name="a_kind_of_an_aside",
            ),
        ),
        migrations.AddConstraint(
            model_name="aside",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "note"), _negated=True),
                    ("body_sealed__isnull", False),
                    _connector="OR",
                ),
                name="a_note_has_a_text",
            ),
        ),
        migrations.AddIndex(
            model_name="teammember",
            index=models.Index(fields=["person", "team"], name="teams_of_a_person"),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at", None), ("ends_at__gte", models.F("begins_at")), _connector="OR"
                ),
                name="a_membership_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("team", "person"),
                name="one_open_membership_per_person",
            ),
        ),
    ]
