"""Letters to those who have not seen what the clinic wrote. They say that, and nothing else."""

from collections.abc import Sequence
from uuid import UUID

from messaging.selectors.notices import KIND, Notice
from portal.kernel.actor import Actor
from portal.outbox import actions as outbox


def tell_absent(actor: Actor, notices: Sequence[Notice]) -> int:
    """Each is told by letter, in the daytime. Returns how many.

    Records: nothing; sending a letter does.
    """
    for notice in notices:
        outbox.post(
            actor,
            KIND,
            to=notice.person_id,
            params={"again": notice.again},
            key=notice.key,
            about=notice.thread_id,
            due_at=notice.due_at,
        )
    return len(notices)


def take_back_notices(actor: Actor, read: Sequence[tuple[UUID, UUID]]) -> int:
    """Who has read it elsewhere gets no letter about it. Returns how many were taken back.

    Records: nothing.
    """
    return sum(outbox.withdraw(actor, thread, kinds=[KIND], to=person) for thread, person in read)
