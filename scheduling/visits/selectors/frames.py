"""What is on its way between two seats, still sealed."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from scheduling.visits.models import Frame, Visit
from scheduling.visits.selectors.visits import Seen
from scheduling.visits.states import TALKING, Side

FRESH = timedelta(seconds=30)
"""After so long a frame is of no use to anybody: it is emptied, and the call begun anew."""
AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class FrameRow:
    """A frame for the reader."""

    sequence: int
    number: int
    side: str
    epoch: int
    body_sealed: bytes = field(repr=False)


def frames_for(seen: Seen, socket: str, after: int) -> list[FrameRow]:
    """The next frames for whoever sits in the actor's seat over this socket; none for others."""
    visit, seat = seen.visit, seen.room.seats.get(seen.side)
    if visit is None or seat is None or seen.room.state not in TALKING or not seen.role:
        return []
    if seat.sitter is None or not seat.is_held or seat.sitter.socket != socket:
        return []
    found = Frame.objects.filter(
        visit=visit,
        epoch=visit.epoch,
        side=seen.side.other,
        sequence__gt=after,
        body_sealed__isnull=False,
        put_at__gt=seen.now - FRESH,
    )
    return [
        FrameRow(row.sequence, row.number, row.side, row.epoch, bytes(row.body_sealed or b""))
        for row in found.order_by("sequence")[: AT_ONCE + 1]
    ]


def untaken_frames(visit: Visit, side: Side) -> list[Frame]:
    """What this seat said in the present epoch, and may not have been heard yet, in order."""
    said = Frame.objects.filter(visit=visit, epoch=visit.epoch, side=side)
    return list(said.filter(body_sealed__isnull=False).order_by("sequence"))


def find_frame(visit: Visit, side: Side, number: int) -> Frame | None:
    """The frame of this number that this seat sent in the present epoch."""
    sent = Frame.objects.filter(visit=visit, epoch=visit.epoch, side=side, number=number)
    return sent.first()


def n_frames(visit_id: UUID, epoch: int, side: Side) -> int:
    """How many frames this seat has sent in this epoch."""
    return Frame.objects.filter(visit=visit_id, epoch=epoch, side=side).count()
