"""Background work of the log: number what waits, sign what grew."""

import logging
import threading
import time

from django.db import connection

from portal.audit import actions
from portal.audit.actions.sequence import BATCH, numbering
from portal.audit.errors import SigningFrozen
from portal.audit.selectors import anchor
from portal.kernel.actor import system_actor
from portal.kernel.connections import refresh

log = logging.getLogger("portal.audit")
SEQUENCER, SIGNER = system_actor("sequencer"), system_actor("signer")
NUMBER_EVERY = 0.2
SIGN_EVERY = 0.8
"""With the wait to be numbered before it, a signature is at most a second behind."""


def background(stop: threading.Event) -> None:
    """Until `stop` is set: entries are numbered within 200 ms and signed within a second.

    What goes wrong is logged and tried again; entries are rows already, so nothing is lost by it.
    """
    keeper = Keeper()
    signed = 0.0
    while not stop.is_set():
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
        self._troubled: set[str] = set()
        self._has_looked = False

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
