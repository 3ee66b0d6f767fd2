"""The tables of wrapped keys, and in a database of its own the table of shred keys."""

from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

WRAPPED_BYTES = 109
ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="PatientKey",
            fields=[
                ("id", ID.clone()),
                ("patient_id", models.UUIDField()),
                ("version", models.PositiveIntegerField()),
                ("kek_id", models.CharField(max_length=16, db_index=True)),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["patient_id", "version"], name="one_patient_key_per_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(version__gte=1),
                        name="patient_key_versions_count_from_one",
                    ),
                    models.CheckConstraint(
                        condition=Exact(Length("wrapped"), WRAPPED_BYTES),
                        name="patient_key_is_wrapped",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="DataKey",
            fields=[
                ("id", ID.clone()),
                ("patient_id", models.UUIDField(db_index=True)),
                ("purpose", models.CharField(max_length=32)),
                ("home_id", models.UUIDField()),
                ("version", models.PositiveIntegerField()),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["home_id", "purpose", "version"], name="one_data_key_per_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(version__gte=1), name="data_key_versions_count_from_one"
                    ),
                    models.CheckConstraint(
                        condition=Exact(Length("wrapped"), WRAPPED_BYTES),
                        name="data_key_is_wrapped",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ShredKey",
            fields=[
                ("patient_id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Exact(Length("key"), 32), name="shred_key_is_whole"
                    )
                ]
            },
        ),
    ]
