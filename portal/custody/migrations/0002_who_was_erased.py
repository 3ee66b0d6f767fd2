"""Who was erased: asked for by one person, decided by another, done."""

from django.db import migrations, models
from django.db.models import F, Q

import portal.kernel.clock
import portal.kernel.ids

PROOFS = ("in-person", "call-back", "signed-in", "document")
DECISIONS = ("granted", "refused")
REASONS = (
    "asked",
    "kept-too-long",
    "kept-unlawfully",
    "duty-to-keep",
    "legal-claims",
    "not-proven",
)
ID = models.UUIDField(
    default=portal.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
)


class Migration(migrations.Migration):
    dependencies = [("custody", "0001_how_far_a_rotation_has_come")]
    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", ID),
                ("patient_id", models.UUIDField()),
                ("account_id", models.UUIDField(null=True)),
                ("proof", models.CharField(max_length=16)),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField(default=portal.kernel.clock.now)),
                ("decision", models.CharField(blank=True, max_length=8)),
                ("reason", models.CharField(blank=True, max_length=24)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("begun_at", models.DateTimeField(null=True)),
                ("before", models.JSONField(default=dict)),
                ("done_at", models.DateTimeField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("entry", models.UUIDField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(proof__in=PROOFS), name="an_erasure_has_a_proof"
                    ),
                    models.CheckConstraint(
                        condition=Q(decision="", reason="", decided_by=None, decided_at=None)
                        | Q(
                            decision__in=DECISIONS,
                            reason__in=REASONS,
                            decided_by__isnull=False,
                            decided_at__isnull=False,
                        ),
                        name="an_erasure_is_decided_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                        name="an_erasure_takes_two_people",
                    ),
                    models.CheckConstraint(
                        condition=Q(begun_at=None, done_at=None) | Q(decision="granted"),
                        name="only_what_was_granted_is_erased",
                    ),
                    models.CheckConstraint(
                        condition=Q(done_at=None) | Q(begun_at__isnull=False, entry__isnull=False),
                        name="an_erasure_that_is_done_has_its_entry",
                    ),
                    models.UniqueConstraint(
                        fields=["patient_id"],
                        condition=~Q(decision="refused"),
                        name="one_erasure_of_a_patient",
                    ),
                ]
            },
        ),
    ]
