"""The pulse, and the note of each run of a job by a worker.

The clock asks for the pulse and a worker runs it, so a note of it says that both live.
"""

import logging
import threading
import time

from django.db import DatabaseError

from portal.kernel import clock, door
from portal.kernel.actor import system_actor
from portal.kernel.jobs import job
from portal.operation import actions
from portal.operation.actions import Runs
from portal.operation.selectors import PULSE

log = logging.getLogger("portal.operation")
LEDGER = system_actor("ledger")
EVERY = 10.0
"""Seconds for which runs of a job may wait for their note: every note is a write of its own."""


@job(PULSE)
def pulse() -> None:
    """Nothing is done: that it ran is the point, and `job` notes it."""


_runs: dict[str, Runs] = {}
_guard = threading.Lock()


def note_run(name: str, *, failed: bool) -> None:
    """The run is on record within EVERY seconds, at once if it failed. Called after each job."""
    with _guard:
        runs = _runs.setdefault(name, Runs(noted=-EVERY))
        runs.done += not failed
        runs.failed += failed
        if failed:
            runs.failed_at = clock.now()
        if not failed and time.monotonic() - runs.noted < EVERY:
            return
        _runs[name] = Runs(noted=time.monotonic())
    try:
        door.run(actions.note_runs, LEDGER, name, runs)
    except DatabaseError:
        # The job itself has ended; what is not noted now comes with the next run.
        log.warning("a run of %s could not be noted", name)
