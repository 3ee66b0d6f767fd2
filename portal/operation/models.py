"""The one table of operation: workers have no address that could be asked how they are."""

from django.db import models


class JobRun(models.Model):
    """When a job last ran to its end, when it last failed, and how often either has happened."""

    name = models.CharField(max_length=64, primary_key=True)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    done = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"job {self.name}"
