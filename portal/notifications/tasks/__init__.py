"""Jobs of the postman, asked for by name; the clock asks every few seconds, too."""

from portal.kernel import door
from portal.kernel.actor import system_actor
from portal.kernel.jobs import job
from portal.notifications.tasks import postman
from portal.outbox import actions as outbox


@job("notifications.deliver")
def deliver() -> None:
    """Every letter that is due is sent, or will be tried again."""
    postman.deliver_due()


@job("notifications.sweep")
def sweep() -> None:
    """Letters of long ago are forgotten. Once a day is enough."""
    door.run(outbox.sweep, system_actor("sweeper"))
