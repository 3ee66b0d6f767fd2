"""In the database of shred keys, one row for each patient whose key was destroyed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crypto", "0001_sealed_keys")]
    operations = [
        migrations.CreateModel(
            name="Shredded",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("patient_id", models.UUIDField(unique=True)),
                ("at", models.DateTimeField()),
            ],
            options={"verbose_name_plural": "shredded"},
        ),
    ]
