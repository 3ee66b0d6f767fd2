"""A visit knows which state of its appointment it belongs to: one that moves begins anew."""

from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def as_they_stand(apps: Any, _schema: Any) -> None:
    """What is under way or over belongs to its appointment as it is now."""
    row = apps.get_model("scheduling", "Appointment").objects.filter(pk=OuterRef("appointment"))
    visits = apps.get_model("visits", "Visit").objects
    visits.update(revision=Subquery(row.values("revision")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0001_visits"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="revision",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(as_they_stand, migrations.RunPython.noop),
    ]
