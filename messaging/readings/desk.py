"""The queue of those who answer, and how it changes while it is on the screen."""

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from messaging import selectors
from messaging.readings.inbox import ThreadLine, answers, lines_for
from messaging.selectors import Begun, Counts, Cursor, Queue
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.kernel.plugs import Items, Opening
from portal.realtime import groups

PAGE = 50
LATE = timedelta(seconds=10)
"""How much later than its own instant a message may come to be seen."""


@dataclass(frozen=True, slots=True, repr=False)
class Tab:
    """One of the lists to choose from. `n` is None where nobody counts."""

    queue: str
    words: str
    n: int | None


@dataclass(frozen=True, slots=True, repr=False)
class DeskPage:
    """One of the lists of those who answer."""

    threads: list[ThreadLine]
    show: str
    tabs: list[Tab]
    name: str
    n_more: int
    older_cursor: str
    stamp: int
    topic: str
    may_write: bool
    has_own: bool
    begun: list[Begun]


def desk(
    actor: Actor, queue: Queue, *, before: Cursor | None = None, name: str = "", limit: int = PAGE
) -> DeskPage:
    """These threads of those whom the actor tends; with a name, those about somebody so called.

    Records: INBOX_READ. It names everybody whose name was opened, also to look for another.
    """
    stamp = _stamp(clock.now())
    counts = selectors.counts(actor)
    found = selectors.desk_rows(actor, queue, before, limit + 1)
    rows = found[:limit]
    asked = selectors.who_are_asked(actor, [row.thread_id for row in rows])
    lines = [replace(line, asks_me=line.id in asked) for line in lines_for(actor, rows)]
    waiting = getattr(counts, queue.value, 0)
    is_older = queue.is_dated and len(found) > limit
    return DeskPage(
        threads=[line for line in lines if _is_called(line, name)],
        show=queue.value,
        tabs=[Tab(each.value, _words(each), getattr(counts, each.value, None)) for each in Queue],
        name=name,
        n_more=0 if queue.is_dated else max(0, waiting - len(rows)),
        older_cursor=str(rows[-1].cursor) if is_older else "",
        stamp=stamp,
        topic=f"inbox.{actor.id.hex}",
        may_write=selectors.may_open_threads(actor),
        has_own=actor.has_role("patient", "proxy"),
        begun=selectors.begun(actor),
    )


def _is_called(line: ThreadLine, name: str) -> bool:
    words = name.casefold().split()
    return all(word in line.patient_name.casefold() for word in words)


def _words(queue: Queue) -> str:
    return {
        Queue.OPEN: _("Waiting"),
        Queue.UNCLAIMED: _("Unclaimed"),
        Queue.MINE: _("Mine"),
        Queue.ASKED: _("You were asked"),
        Queue.ANSWERED: _("Answered"),
        Queue.CLOSED: _("Closed"),
    }[queue]


@dataclass(slots=True)
class _Shown:
    """What a page was told: the numbers last, and who came to wait."""

    counts: Counts = field(default_factory=Counts)
    fresh: set[UUID] = field(default_factory=set)

    def look(self, actor: Actor, after: int) -> Items:
        """The numbers as they are now, and who came to wait since and was not told of."""
        now = clock.now()
        since = datetime.fromtimestamp(min(after, _stamp(now)) / 1000, UTC) - LATE
        came = selectors.came_to_wait(actor, since)
        fresh = [str(one) for one in came if one not in self.fresh]
        self.fresh.update(came)
        self.counts = selectors.counts(actor)
        stamp = max(after + 1, _stamp(now))
        item = {"sequence": stamp, "counts": asdict(self.counts), "fresh": fresh}
        return Items([item], stamp)


class InboxTopic:
    """What staff follow as `inbox.<their id>`: numbers and ids, nothing of what was written."""

    name = "inbox"

    def open(self, actor: Actor, ref: UUID, after: int) -> Opening:
        """The view is open. `after` is when the page was made, in milliseconds.

        Refuses: NotFound, for everybody but the one whose it is and who answers patients.
        Records: nothing: no name, no topic and no text is shown.
        """
        if ref != actor.id or not answers(actor):
            raise NotFound(kind="thread")
        view = _Shown()
        return Opening([groups.inbox()], view.look(actor, after), view)

    def more(self, actor: Actor, ref: UUID, after: int, view: _Shown) -> Items:
        """What changed since. Nothing, if the numbers are the same and nobody came to wait."""
        counts, told = view.counts, view.look(actor, after)
        return told if view.counts != counts or told.items[0]["fresh"] else Items([], after)

    def close(self, actor: Actor, ref: UUID, last: int, view: _Shown) -> None:
        """The view is closed. Records: nothing."""


def _stamp(at: datetime) -> int:
    return int(at.timestamp() * 1000)
