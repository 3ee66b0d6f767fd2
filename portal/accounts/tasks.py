"""Jobs of identity, asked for by name."""

from portal.accounts import actions
from portal.kernel import door
from portal.kernel.actor import system_actor
from portal.kernel.jobs import job


@job("accounts.sweep")
def sweep() -> None:
    """Sessions and throttles that matter no more are gone. Once a day is enough."""
    door.run(actions.sweep, system_actor("sweeper"))
