from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0004_rights_by_end"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="accessquestion",
            name="one_open_question_about_an_entry",
        ),
        migrations.AddField(
            model_name="accessquestion",
            name="whose",
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name="accessquestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at", None)),
                fields=("patient", "entry", "asked_by"),
                name="one_open_question_about_an_entry",
            ),
        ),
    ]
