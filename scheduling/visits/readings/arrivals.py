"""Who waits, by name: the page, the card of the first page, and the live list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from patients.readings import names_under
from portal.accounts.selectors import names_of
from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.kernel.plugs import Items
from scheduling.visits import selectors
from scheduling.visits.selectors import Arrival
from scheduling.visits.states import State
from scheduling.visits.vocabulary import Event

ON_HOME = 5


@dataclass(frozen=True, slots=True, repr=False)
class ArrivalLine:
    """One visit of the waiting room's list."""

    appointment_id: UUID
    state: str
    patient_name: str
    clinician_name: str
    is_mine: bool
    starts_at: datetime
    waiting_since: datetime | None
    is_here: bool
    note_code: str
    note_at: datetime | None

    @property
    def may_admit(self) -> bool:
        """True if the reader may let them in now."""
        return self.is_mine and self.state == State.WAITING

    def as_item(self) -> dict[str, Any]:
        """The same as the socket carries it."""
        note_at = clock.stamp(self.note_at) if self.note_at else None
        return {
            "visit": str(self.appointment_id),
            "state": self.state,
            "patient": {"name": self.patient_name},
            "clinician": {"name": self.clinician_name},
            "mine": self.is_mine,
            "starts_at": clock.stamp(self.starts_at),
            "waiting_since": clock.stamp(self.waiting_since) if self.waiting_since else None,
            "here": self.is_here,
            "note": {"code": self.note_code, "at": note_at} if self.note_code else None,
        }


def arrivals_page(actor: Actor) -> list[ArrivalLine]:
    """Everybody who waits, is in a visit or is soon to come.

    Refuses: NotFound.
    Records: ARRIVALS_READ.
    """
    if not selectors.may_watch(actor):
        raise NotFound
    return _lines(actor, selectors.arrivals(actor), known=set())


def home_card(actor: Actor) -> dict[str, Any]:
    """Who waits now, for those who have a waiting room.

    Records: ARRIVALS_READ.
    """
    if not selectors.may_watch(actor):
        return {}
    found = selectors.arrivals(actor, waiting_only=True)
    lines = _lines(actor, found[:ON_HOME], known=set())
    return {"arrivals": lines, "n_arrivals": len(found)}


class Board:
    """One reader's live list. Each item is the whole of it; who is new to it gets an entry."""

    def __init__(self, actor: Actor, person_id: UUID, *, waiting_only: bool = False) -> None:
        """Refuses: NotFound."""
        if person_id != actor.id or not selectors.may_watch(actor):
            raise NotFound
        self._known: set[UUID] = set()
        self._waiting_only = waiting_only
        self.is_for_all = selectors.watches_all(actor)
        self._shown: list[ArrivalLine] | None = None

    def items(self, actor: Actor, after: int) -> Items:
        """The list, if it is another than the reader has.

        Refuses: NotFound.
        Records: ARRIVALS_READ.
        """
        if not selectors.may_watch(actor):
            raise NotFound
        found = selectors.arrivals(actor, waiting_only=self._waiting_only)
        lines = _lines(actor, found, self._known)
        if lines == self._shown:
            return Items([], after)
        self._shown = lines
        told = {
            "kind": "arrivals",
            "sequence": after + 1,
            "visits": [line.as_item() for line in lines],
        }
        return Items([told], after + 1)


def _lines(actor: Actor, found: Sequence[Arrival], known: set[UUID]) -> list[ArrivalLine]:
    """The rows by name; the entry that names the patients is durable before."""
    patients = [*dict.fromkeys(row.patient_id for row in found)]
    fresh = [patient for patient in patients if patient not in known]
    if fresh:
        audit.record_alone(actor, Event.ARRIVALS_READ, patients=fresh, visits=len(found))
        known |= {*fresh}
    about = names_under(patients) if patients else {}
    people = names_of(row.clinician_id for row in found) if found else {}
    return [
        ArrivalLine(
            row.appointment_id,
            row.state,
            about.get(row.patient_id, ""),
            people.get(row.clinician_id, ""),
            row.is_mine,
            row.starts_at,
            row.waiting_since,
            row.is_here,
            row.note_code,
            row.note_at,
        )
        for row in found
    ]
