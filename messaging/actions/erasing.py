"""Threads of a record that is erased: nobody waits in them, owns them or has them on a desk."""

from uuid import UUID

from messaging.models import ReadMark, State, Thread
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.realtime import groups
from portal.realtime.nudge import nudge


def erase_threads(actor: Actor, patient_id: UUID) -> None:
    """The patient's threads are closed and with no team. Their sealed items stay; none opens.

    Locks: the threads.
    Records: nothing; the erasure does.
    """
    threads = list(Thread.objects.select_for_update().filter(patient=patient_id).order_by("pk"))
    ReadMark.objects.filter(thread__in=threads).delete()
    Thread.objects.filter(pk__in=[thread.pk for thread in threads]).update(
        state=State.CLOSED,
        waiting_since=None,
        team_id=None,
        team_since=None,
        owner_id=None,
        owned_since=None,
        changed_at=clock.now(),
    )
    for thread in threads:
        nudge(groups.thread(thread.pk), "thread.changed", thread.pk, thread.sequence)
        nudge(groups.inbox(), "thread.turned", thread.pk)
