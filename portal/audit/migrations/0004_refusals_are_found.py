"""What was refused, or failed, is found among a million entries. An index makes no table anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_checkpoints_of_epochs")]
    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["outcome", "id"],
                name="entries_that_were_refused",
                condition=models.Q(outcome__gt=0),
            ),
        )
    ]
