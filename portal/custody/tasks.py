"""Background work of custody: an erasure that was interrupted is done."""

from portal.custody import actions
from portal.kernel.actor import system_actor
from portal.kernel.jobs import job

KEEPER = system_actor("keys")


@job("custody.go_on")
def go_on() -> None:
    """What was begun is done, and nobody who was erased has a key."""
    actions.go_on(KEEPER)
