"""Jobs of visits, asked for by name."""

import logging

from portal.kernel import clock, door
from portal.kernel.actor import system_actor
from portal.kernel.errors import Refusal
from portal.kernel.jobs import job
from scheduling.visits import actions, selectors

log = logging.getLogger("portal.visits")
SCANNER = system_actor("visits")


@job("visits.scan")
def scan() -> None:
    """What time did to visits is written down, each in a transaction of its own."""
    now = clock.now()
    for appointment_id in selectors.lapsed_visits(now):
        door.run(actions.close_lapsed, SCANNER, appointment_id)
    for appointment_id in selectors.booked_and_over(now):
        try:
            door.run(actions.close_unopened, SCANNER, appointment_id)
        except Refusal:
            log.warning("a visit of an erased record could not be closed")
    door.run(actions.empty_frames, SCANNER)
