"""Jobs of messaging, asked for by name."""

from messaging import actions
from messaging.selectors.notices import due_notices, read_meanwhile
from portal.kernel import door
from portal.kernel.actor import system_actor
from portal.kernel.jobs import job

TELLER = system_actor("teller")


@job("messaging.tell_absent")
def tell_absent() -> None:
    """Who has not read what the clinic wrote is told by letter, unless they read it meanwhile."""
    if read := read_meanwhile():
        door.run(actions.take_back_notices, TELLER, read)
    if notices := due_notices():
        door.run(actions.tell_absent, TELLER, notices)


@job("messaging.sweep_drafts")
def sweep_drafts() -> None:
    """Drafts that nobody went on with for thirty days are gone."""
    while door.run(actions.sweep_drafts, system_actor("drafts"), most=100) == 100:
        pass
