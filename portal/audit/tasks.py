"""Background work of the log: number what waits, sign what grew, notice a clock that jumps."""

import logging
import threading
import time

from django.db import connection

from portal.audit import actions
from portal.audit.actions.sequence import BATCH, numbering
from portal.audit.errors import SigningFrozen
from portal.audit.selectors import anchor
from portal.audit.vocabulary import Event
from portal.kernel import clock
from portal.kernel.actor import system_actor
from portal.kernel.connections import refresh

log = logging.getLogger("portal.audit")
SEQUENCER, SIGNER = system_actor("sequencer"), system_actor("signer")
NUMBER_EVERY = 0.2
SIGN_EVERY = 0.8
"""With the wait to be numbered before it, a signature is at most a second behind."""
STEP = 2.0
"""Seconds by which a clock may be put right without a word."""


def background(stop: threading.Event) -> None:
    """Until `stop` is set: entries are numbered within 200 ms and signed within a second.

    What goes wrong is logged and tried again; entries are rows already, so nothing is lost by it.
    """
    keeper = Keeper()
    signed = 0.0
    while not stop.is_set():
        keeper.watch_clock()
        keeper.number()
        if time.monotonic() - signed >= SIGN_EVERY:
            signed = time.monotonic()
            keeper.sign()
        numbering.many_waiting.wait(NUMBER_EVERY)
    keeper.number()
    keeper.sign()
    connection.close()


class Keeper:
    """Numbers and signs. Says what is wrong when it begins, not again with every turn."""

    def __init__(self) -> None:
        self._alarm = ""
        self._apart = _apart()
        self._troubled: set[str] = set()
        self._has_looked = False

    def watch_clock(self) -> None:
        """A clock that was put forward or back is told of, and is an entry: numbers keep the order.

        A machine that slept meets the same, and its entries have the same gap.
        """
        apart = _apart()
        step, self._apart = apart - self._apart, apart
        if abs(step) <= STEP:
            return
        way = "forward" if step > 0 else "back"
        log.critical("the clock was put %s by %.0f s", way, abs(step))
        try:
            actions.record_alone(SEQUENCER, Event.CLOCK_STEPPED, seconds=round(abs(step)), way=way)
            self._well("noting the clock")
        except Exception:
            self._trouble("noting the clock")

    def number(self) -> None:
        """What is final has its place in the tree."""
        try:
            while actions.sequence_once(SEQUENCER) >= BATCH:
                pass
            self._well("numbering")
        except Exception:
            self._trouble("numbering")

    def sign(self) -> None:
        """What the tree has grown by is signed, unless the database and the anchor disagree."""
        try:
            # At the start also where nothing is to sign: what was restored may have the same size.
            if anchor.is_behind() or not self._has_looked:
                actions.sign_checkpoint(SIGNER)
            self._has_looked = True
            self._alarm = ""
            self._well("signing")
        except SigningFrozen as frozen:
            if str(frozen) != self._alarm:
                self._alarm = str(frozen)
                log.critical("audit signing is frozen: %s", frozen)
        except Exception:
            self._trouble("signing")

    def _trouble(self, what: str) -> None:
        if what not in self._troubled:
            self._troubled.add(what)
            log.exception("%s the log failed; entries are safe, and it is tried again", what)
        refresh()

    def _well(self, what: str) -> None:
        if what in self._troubled:
            self._troubled.remove(what)
            log.warning("%s the log works again", what)


def _apart() -> float:
    """Seconds between the clock on the wall and the one that only runs."""
    return clock.now().timestamp() - time.monotonic()
