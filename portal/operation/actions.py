"""Noting that jobs ran: rows, so that workers anywhere are seen by every process."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.operation.models import JobRun


@dataclass(slots=True)
class Runs:
    """What one process has not noted yet about one job."""

    done: int = 0
    failed: int = 0
    failed_at: datetime | None = None
    noted: float = 0.0


def note_runs(actor: Actor, name: str, runs: Runs) -> None:
    """The counts and instants of the job include these runs.

    Records: nothing; no job is an act of anybody.
    """
    JobRun.objects.get_or_create(name=name)
    counted = JobRun.objects.filter(name=name)
    counted.update(done=F("done") + runs.done, failed=F("failed") + runs.failed)
    if runs.done:
        counted.update(done_at=clock.now())
    if runs.failed_at:
        counted.update(failed_at=runs.failed_at)
