"""The index of the claims holds all that a search reads of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_no_two_at_once")]
    operations = [
        migrations.RemoveIndex(model_name="claim", name="claims_of_a_resource"),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                fields=["resource_kind", "resource_id", "ends", "begins", "held_until"],
                name="claims_of_a_resource",
            ),
        ),
    ]
