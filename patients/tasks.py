"""Jobs of patients, asked for by name."""

from patients import actions
from portal.kernel import door
from portal.kernel.actor import system_actor
from portal.kernel.jobs import job

MOST_BATCHES = 50


@job("patients.mark")
def mark() -> None:
    """Records that are found by nothing yet are found; while the clinic works, some at a time."""
    for _batch in range(MOST_BATCHES):
        if not door.run(actions.mark_unmarked, system_actor("marker")):
            return
