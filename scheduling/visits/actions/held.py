"""A visit in hand: its row locked, its room as it is now, and one way to write down what it became.

Every change of a visit passes `Held.put`, so that the rows are what the pure room says: seats,
attendance, what was on its way, and the number under which pages hear of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from uuid import UUID

from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.context import pae
from portal.crypto.envelope import OpenKey
from portal.crypto.primitives import expand, mac, same
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from portal.realtime import groups
from portal.realtime.nudge import nudge
from scheduling.visits import policy, selectors, states
from scheduling.visits.errors import (
    AlreadyOver,
    CommandReused,
    NobodyOpposite,
    NotNow,
    RecordErased,
    SeatIsTaken,
    StaleSeat,
)
from scheduling.visits.models import KEY_PURPOSE, Attendance, Carried, Frame, Seat, Visit
from scheduling.visits.selectors import Seen
from scheduling.visits.states import OVER, TALKING, Ending, Hold, Room, Side, State
from scheduling.visits.vocabulary import Event

_LABEL = b"portal.visit-command.v1"
_REFUSALS = {
    states.SeatTaken: SeatIsTaken,
    states.Stale: StaleSeat,
    states.NobodyThere: NobodyOpposite,
}


class Held:
    """A visit whose row is locked until the transaction ends."""

    def __init__(self, actor: Actor, seen: Seen, visit: Visit) -> None:
        self.actor, self.seen, self.visit = actor, seen, visit
        self.room, self.now = seen.room, seen.now

    @classmethod
    def take(
        cls, actor: Actor, appointment_id: UUID, *, among: selectors.Rule = policy.attended_visits
    ) -> Self:
        """The visit, locked, made now if nobody opened it before, rid of seats that time emptied.

        Refuses NotFound, RecordErased.
        """
        seen = selectors.lock(actor, appointment_id, among=among)
        if seen.visit is None:
            _make(seen)
            seen = selectors.lock(actor, appointment_id, among=among)
        if seen.visit is None:
            raise NotFound
        held = cls(actor, seen, seen.visit)
        if selectors.is_moved(seen.appointment, seen.visit):
            held.begin_anew()
        elif held.part_lapsed():
            held.put(held.room, "gone")
        return held

    @property
    def patient_id(self) -> UUID:
        """Whose visit it is."""
        return self.seen.appointment.patient_id

    def key(self) -> OpenKey:
        """The visit's own data key. Refuses RecordErased."""
        try:
            return keys.open_data_key(self.patient_id, KEY_PURPOSE, self.visit.pk)
        except keys.KeyGone:
            raise RecordErased from None

    def digest(self, *content: str) -> bytes:
        """What tells this content from another. Worth nothing without the visit's data key."""
        about = pae(*(part.encode() for part in content))
        return mac(expand(self.key().secret, _LABEL, 32), about)

    def begin_anew(self) -> None:
        """The appointment moved: nobody waits, is let in or sits, whoever holds it by now."""
        blank: dict[str, Any] = dict.fromkeys(
            ("waiting_since", "admitted_at", "live_at", "over_at", "note_sealed", "note_at")
        )
        blank |= {"ending": "", "declined_why": "", "note_code": "", "note_sequence": 0}
        room = Room(State.PLANNED, self.visit.epoch + 1)
        self.put(room, "over", revision=self.seen.appointment.revision, **blank)

    def part_lapsed(self) -> bool:
        """True if a seat was let go by time alone; that is written down now."""
        lapsed = [
            row
            for side, row in self.seen.seats.items()
            if not row.is_left and self.room.seats[side].hold is Hold.GONE
        ]
        for row in lapsed:
            self.part(row, "gone")
        return bool(lapsed)

    def part(self, row: Seat, why: str) -> None:
        """Nobody sits there any more, since the socket was lost."""
        row.is_left = True
        row.save(update_fields=["is_left"])
        at = row.lost_at or row.seen_at
        there = Attendance.objects.filter(visit=self.visit, person_id=row.person_id, to_at=None)
        for attended in there:
            attended.to_at, attended.parted = max(at, attended.from_at), why
            attended.save(update_fields=["to_at", "parted"])
        self.record(Event.SEAT_LEFT, seat=row.role, why=why)

    @contextmanager
    def lawfully(self) -> Iterator[None]:
        """What the pure room refuses in this block, is refused in words."""
        try:
            yield
        except states.StepRefused as refused:
            if self.room.state in OVER:
                raise AlreadyOver from None
            raise _REFUSALS.get(type(refused), NotNow) from None

    def require_open(self) -> None:
        """Refuses AlreadyOver."""
        if self.room.state in OVER:
            raise AlreadyOver

    def put(self, room: Room, parted: str = "left", **changes: Any) -> None:
        """The rows say what this room says, and every page that follows it hears of it."""
        before, self.room = self.room, room
        visit = self.visit
        visit.sequence += 1
        visit.state_sequence = visit.sequence
        visit.state, visit.epoch = room.state.value, room.epoch
        for name, value in changes.items():
            setattr(visit, name, value)
        visit.save()
        for side in Side:
            self._put_seat(side, room)
        self._put_attendance(parted)
        if room.epoch != before.epoch:
            Frame.objects.filter(visit=visit).delete()
        self.tell()

    def record(self, event: Event, **detail: Any) -> None:
        """The transaction carries an entry of this act about the visit's patient."""
        audit.record(
            self.actor,
            event,
            patient=self.patient_id,
            subject=self.seen.appointment.pk,
            on_behalf=self.seen.is_on_behalf,
            **detail,
        )

    def over(self, room: Room, ending: Ending, **changes: Any) -> None:
        """The visit is over, for this reason."""
        self.put(room, "over", over_at=self.now, ending=ending.value, **changes)
        self.record(Event.VISIT_OVER, why=ending.value)

    def tell(self) -> None:
        """After the commit, whoever follows the visit or its waiting room looks again."""
        appointment = self.seen.appointment
        for group in (
            groups.visit(appointment.pk),
            groups.arrivals(appointment.clinician_id),
            groups.all_arrivals(),
        ):
            nudge(group, "visit.changed", appointment.pk, self.visit.sequence)

    def _put_seat(self, side: Side, room: Room) -> None:
        seat, row = room.seats[side], self.seen.seats.get(side)
        if seat.sitter is None or seat.hold is Hold.EMPTY:
            if row is not None:
                row.delete()
                del self.seen.seats[side]
            return
        if seat.hold is Hold.GONE:
            if row is not None and not row.is_left:
                row.is_left = True
                row.save(update_fields=["is_left"])
            return
        sitter = seat.sitter
        if row is None:
            row = self.seen.seats[side] = Seat(visit=self.visit, side=side.value)
        elif seat.hold is Hold.AWAY or (row.token, row.socket) == (sitter.token, sitter.socket):
            return
        row.person_id, row.role, row.device = sitter.person, sitter.role, sitter.device
        row.token, row.socket, row.session = sitter.token, sitter.socket, self.actor.session
        row.seen_at, row.lost_at, row.is_left = self.now, None, False
        row.save()

    def _put_attendance(self, parted: str) -> None:
        """Who sits in a visit that was let in attends; everybody else does no more."""
        sitting = {
            seat.sitter.person: seat.sitter.role
            for seat in self.room.seats.values()
            if seat.sitter and seat.is_held and self.room.state in TALKING
        }
        there = Attendance.objects.filter(visit=self.visit, to_at=None)
        for row in there:
            if sitting.pop(row.person_id, None) is None:
                row.to_at, row.parted = max(self.now, row.from_at), parted
                row.save(update_fields=["to_at", "parted"])
        for person_id, role in sitting.items():
            Attendance.objects.create(
                visit=self.visit, person_id=person_id, role=role, from_at=self.now
            )


class Asked:
    """A command as it was asked: by whom, under which id, of what visit, with what content."""

    def __init__(self, held: Held, command_id: UUID, *content: str) -> None:
        self._held, self._command_id, self._content = held, command_id, content

    def first_result(self) -> dict[str, Any] | None:
        """What the same command did before. Refuses CommandReused for another content."""
        found = selectors.find_carried(self._held.actor, self._command_id)
        if found is None:
            return None
        if found.visit_id != self._held.visit.pk or not same(bytes(found.digest), self._digest()):
            raise CommandReused
        return dict(found.result)

    def done(self, **result: Any) -> dict[str, Any]:
        """The command was carried out, and is not carried out again."""
        Carried.objects.create(
            person_id=self._held.actor.id,
            command_id=self._command_id,
            visit=self._held.visit,
            digest=self._digest(),
            result=result,
            at=self._held.now,
        )
        return result

    def _digest(self) -> bytes:
        return self._held.digest(*self._content)


def _make(seen: Seen) -> None:
    visit_id = new_id()
    try:
        keys.create_data_key(seen.appointment.patient_id, KEY_PURPOSE, visit_id)
    except keys.KeyMissing:
        raise RecordErased from None
    revision = seen.appointment.revision
    Visit.objects.bulk_create(
        [
            Visit(
                id=visit_id,
                appointment=seen.appointment,
                revision=revision,
                created_at=seen.now,
            )
        ],
        ignore_conflicts=True,
    )
