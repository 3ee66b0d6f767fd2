"""The figures of `/metrics`: what this process counted, and what the rows say for all of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import Error
from django.db.models import Count, Min

from portal.kernel import clock, meters
from portal.kernel.meters import Sample
from portal.operation.selectors import evidence, jobs, readiness
from portal.outbox.models import Letter, State


def text() -> str:
    """Every figure, in the text format of Prometheus; of rows only while they can be read."""
    parts = readiness.findings()
    told = meters.family(
        "portal_part_up",
        "gauge",
        "1 if this part that the portal leans on is well",
        (
            ("", (("part", finding.part.replace(" ", "_")),), int(finding.is_well))
            for finding in parts
        ),
    )
    if any(finding.word == "away" for finding in parts if finding.part == "database"):
        return told + meters.told()
    try:
        return told + _of_rows() + meters.told()
    except Error:
        return told + meters.told()


def _of_rows() -> str:
    behind, now = evidence.lag(), clock.now()
    letters = _letters()
    one = {
        "portal_letters_waiting": ("letters that are due and not sent", letters["waiting"]),
        "portal_letters_failed": ("letters that were given up", letters["failed"]),
        "portal_letters_oldest_seconds": (
            "for how long the oldest letter that waits has been due",
            _age(now, letters["oldest"]),
        ),
        "portal_log_waiting": ("audit entries that wait for a number", behind.waiting),
        "portal_log_lag_seconds": (
            "for how long the oldest entry has waited for a number",
            behind.waits.total_seconds(),
        ),
        "portal_log_unsigned": ("audit entries that no checkpoint covers", behind.unsigned),
        "portal_log_unsigned_seconds": (
            "for how long the oldest entry has waited for a checkpoint",
            _age(now, behind.unsigned_since),
        ),
        "portal_log_checkpoint_age_seconds": (
            "age of the newest checkpoint",
            _age(now, behind.signed_at),
        ),
    }
    told = "".join(
        meters.family(name, "gauge", meaning, iter([("", (), float(value))]))
        for name, (meaning, value) in one.items()
    )
    return told + _of_jobs(now)


def _of_jobs(now: datetime) -> str:
    rows = jobs.ledger()

    def each(values: Sequence[float]) -> Iterator[Sample]:
        return (("", (("job", row[0]),), value) for row, value in zip(rows, values, strict=True))

    return "".join(
        [
            meters.family(
                "portal_job_age_seconds",
                "gauge",
                "for how long a job has not run to its end",
                each([_age(now, done_at) for _, done_at, _, _ in rows]),
            ),
            meters.family(
                "portal_job_runs_total",
                "counter",
                "runs of a job that ended well, in all processes",
                each([done for _, _, done, _ in rows]),
            ),
            meters.family(
                "portal_job_failures_total",
                "counter",
                "runs of a job that failed, in all processes",
                each([failed for _, _, _, failed in rows]),
            ),
        ]
    )


def _letters() -> dict[str, Any]:
    due = Letter.objects.filter(state=State.QUEUED, due_at__lte=clock.now())
    told: dict[str, Any] = due.aggregate(waiting=Count("pk"), oldest=Min("due_at"))
    told["failed"] = Letter.objects.filter(state=State.FAILED).count()
    return told


def _age(now: datetime, then: object) -> float:
    return (now - then).total_seconds() if isinstance(then, datetime) else 0.0
