"""The topic of the socket: a thread as it goes on, for one reader, through the reader's policy."""

from uuid import UUID

from messaging import selectors
from messaging.readings.lines import View
from messaging.readings.seals import Home
from messaging.selectors.items import Found
from messaging.vocabulary import Event
from portal.audit import actions as audit
from portal.kernel.actor import Actor
from portal.kernel.plugs import Items, Opening
from portal.realtime import groups


class ThreadTopic:
    """What a page follows as `thread.<id>`. One entry covers a view from its first item on."""

    name = "thread"

    def open(self, actor: Actor, ref: UUID, after: int) -> Opening:
        """The view is open, its entry is written, and what lies after `after` is at hand.

        Refuses: NotFound.
        Records: THREAD_FOLLOWED.
        """
        thread = selectors.fetch_thread(actor, ref)
        view = View(actor, Home(thread.patient_id, ref))
        view.upto = min(after, thread.sequence)
        first = _items(view, selectors.items_after(actor, ref, after), after)
        audit.record_alone(
            actor,
            Event.THREAD_FOLLOWED,
            patient=thread.patient_id,
            subject=ref,
            on_behalf=thread.is_on_behalf,
            first=min(after, thread.sequence) + 1,
        )
        return Opening([groups.thread(ref)], first, view)

    def more(self, actor: Actor, ref: UUID, after: int, view: View) -> Items:
        """What the actor may read *now* and has not seen.

        Refuses: NotFound.
        """
        return _items(view, selectors.items_after(actor, ref, after), after)

    def close(self, actor: Actor, ref: UUID, last: int, view: View) -> None:
        """The view is closed, and the last sequence shown is on record.

        Records: THREAD_LEFT.
        """
        audit.record_alone(
            actor,
            Event.THREAD_LEFT,
            patient=view.home.patient_id,
            subject=ref,
            last=min(last, view.upto),
        )


def _items(view: View, found: Found, after: int) -> Items:
    lines = view.lines(found.items)
    last = lines[-1].sequence if lines else after
    if lines:
        view.upto = last
    return Items([line.as_item() for line in lines], last, found.more)
