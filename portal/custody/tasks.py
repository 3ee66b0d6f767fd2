"""Background work of custody: interrupted erasures are done, old data keys get successors."""

from portal.custody import actions
from portal.kernel.actor import system_actor
from portal.kernel.jobs import job

KEEPER = system_actor("keys")


@job("custody.go_on")
def go_on() -> None:
    """What was begun is done, and nobody who was erased has a key."""
    actions.go_on(KEEPER)


@job("custody.renew")
def renew() -> None:
    """No data key that is still used seals for much more than a year."""
    actions.renew_data_keys(KEEPER)
