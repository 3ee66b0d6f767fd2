"""A rotation is a row, and only one of them is unfinished."""

from django.db import migrations, models

import portal.kernel.clock
import portal.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Rotation",
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
                ("kind", models.CharField(default="kek", max_length=8)),
                ("old_kek", models.CharField(max_length=16)),
                ("new_kek", models.CharField(max_length=16)),
                ("cursor", models.BigIntegerField(default=0)),
                ("passes", models.PositiveIntegerField(default=0)),
                ("moved", models.PositiveBigIntegerField(default=0)),
                ("moved_in_pass", models.PositiveBigIntegerField(default=0)),
                ("left", models.PositiveBigIntegerField(default=0)),
                ("broken", models.PositiveBigIntegerField(default=0)),
                ("started_at", models.DateTimeField(default=portal.kernel.clock.now)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at", None)),
                        fields=("kind",),
                        name="one_rotation_at_a_time",
                    )
                ],
            },
        ),
    ]
