"""Jobs of time, asked for by name."""

import logging

from portal.kernel import clock, door
from portal.kernel.actor import system_actor
from portal.kernel.jobs import job
from scheduling import actions, selectors

log = logging.getLogger("portal.scheduling")


@job("scheduling.sweep_holds")
def sweep_holds() -> None:
    """Times that were held and not confirmed are free for all to see."""
    while door.run(actions.sweep_holds, system_actor("holds"), most=100) == 100:
        pass


@job("scheduling.compare_zones")
def compare_zones() -> None:
    """Appointments whose wall time means another instant by newer zone rules are in the log."""
    for row in selectors.shifted_appointments(clock.now()):
        log.warning("appointment %s: %s is another instant now", row.pk, row.zone)
