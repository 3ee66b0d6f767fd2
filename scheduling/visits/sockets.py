"""Visits over the socket: what a page follows, and who sits for as long as its socket is open."""

import logging
import threading
from uuid import UUID

from django.db import connections

from portal.kernel import door
from portal.kernel.actor import Actor, system_actor
from portal.kernel.plugs import Items, Opening
from portal.realtime import groups
from scheduling.visits import actions, readings

log = logging.getLogger("portal.visits")
KEEPER = system_actor("seats")
EVERY = 5.0
SESSIONS_EVERY = 12


class VisitTopic:
    """What a page follows as `visit.<id of the appointment>`."""

    name = "visit"

    def open(self, actor: Actor, ref: UUID, after: int) -> Opening:
        """The view is open, its entry is written, and how the visit stands is at hand.

        Refuses: NotFound.
        Records: VISIT_FOLLOWED.
        """
        view = readings.RoomView(actor, ref)
        first = view.items(actor, after)
        keeper.enter(actor.request)
        return Opening([groups.visit(ref)], first, view)

    def more(self, actor: Actor, ref: UUID, after: int, view: readings.RoomView) -> Items:
        """How the visit stands *now*, and what the other seat said.

        Refuses: NotFound.
        """
        return view.items(actor, after)

    def close(self, actor: Actor, ref: UUID, last: int, view: readings.RoomView) -> None:
        """The view is closed; whoever sat over this socket has half a minute to come back.

        Records: SEAT_LEFT.
        """
        keeper.leave(actor.request)
        door.run(actions.lose_seats, actor, actor.request)


class ArrivalsTopic:
    """What a page follows as `arrivals.<id of its reader>`."""

    name = "arrivals"
    waiting_only = False

    def open(self, actor: Actor, ref: UUID, after: int) -> Opening:
        """The list is at hand, and whom it names is on record.

        Refuses: NotFound.
        Records: ARRIVALS_READ.
        """
        view = readings.Board(actor, ref, waiting_only=self.waiting_only)
        hears = groups.all_arrivals() if view.is_for_all else groups.arrivals(actor.id)
        return Opening([hears], view.items(actor, after), view)

    def more(self, actor: Actor, ref: UUID, after: int, view: readings.Board) -> Items:
        """The list, if it changed.

        Refuses: NotFound.
        """
        return view.items(actor, after)

    def close(self, actor: Actor, ref: UUID, last: int, view: readings.Board) -> None:
        """The view is closed."""


class WaitingTopic(ArrivalsTopic):
    """What every page of theirs follows as `waiting.<id of its reader>`: no more than who waits."""

    name = "waiting"
    waiting_only = True


class Keeper:
    """Says for this process, every few seconds, over which of its sockets people sit.

    When the process dies it says nothing more, and half a minute later the seats are free.
    """

    def __init__(self) -> None:
        self._sockets: dict[str, int] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def enter(self, socket: str) -> None:
        """The socket is there; one view more on it."""
        if not socket:
            return
        with self._changed:
            self._sockets[socket] = self._sockets.get(socket, 0) + 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="seats", daemon=True)
                self._thread.start()

    def leave(self, socket: str) -> None:
        """One view less on this socket."""
        with self._changed:
            left = self._sockets.get(socket, 0) - 1
            if left > 0:
                self._sockets[socket] = left
            else:
                self._sockets.pop(socket, None)
            self._changed.notify_all()

    def _work(self) -> None:
        beats = 0
        while sockets := self._next():
            beats += 1
            try:
                door.run(
                    actions.keep_seats,
                    KEEPER,
                    sockets,
                    with_sessions=beats % SESSIONS_EVERY == 0,
                )
            except Exception:  # the database may be away; whoever is there is said again soon
                log.warning("seats could not be kept; trying again")
            finally:
                connections.close_all()

    def _next(self) -> list[str]:
        """The sockets, after a while; none once there are none, and then the thread ends."""
        with self._changed:
            self._changed.wait_for(lambda: not self._sockets, timeout=EVERY)
            if not self._sockets:
                self._thread = None
            return [*self._sockets]


keeper = Keeper()
