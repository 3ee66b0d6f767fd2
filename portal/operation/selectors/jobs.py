"""Whether background work is done: letters, reminders and scans stand still without it."""

from datetime import datetime, timedelta

from portal.kernel import clock
from portal.operation.models import JobRun
from portal.operation.selectors.findings import Finding, ill, well

PULSE = "operation.pulse"
LATE = timedelta(seconds=45)
LATELY = timedelta(hours=1)
START = (
    "start `celery -A portal worker` and `celery -A portal beat`; in one process: `manage.py serve`"
)


def beats() -> Finding:
    """Whether clock and workers live: together they run the pulse every ten seconds."""
    last = JobRun.objects.filter(name=PULSE).values_list("done_at", flat=True).first()
    if last is None:
        return ill("jobs", "never", "no job has run yet", START)
    age = clock.now() - last
    if age > LATE:
        since = last.strftime("%Y-%m-%d %H:%M:%S UTC")
        return ill("jobs", "late", f"no job has run since {since}: no worker, or no clock", START)
    return well("jobs", f"the last pulse is {max(0, round(age.total_seconds()))} seconds old")


def failures() -> Finding:
    """Whether a job failed lately and has not run to its end since."""
    rows = JobRun.objects.filter(failed_at__gt=clock.now() - LATELY)
    broken = sorted(
        r.name for r in rows if r.done_at is None or r.done_at < (r.failed_at or r.done_at)
    )
    if not broken:
        return well("job runs")
    return ill(
        "job runs",
        "failing",
        f"these jobs failed the last time they ran: {', '.join(broken)}",
        "the log says at which line, under the job's name",
    )


def ledger() -> list[tuple[str, datetime | None, int, int]]:
    """Each job that ever ran: name, when it last ended well, how often it did and did not."""
    return list(JobRun.objects.order_by("name").values_list("name", "done_at", "done", "failed"))
