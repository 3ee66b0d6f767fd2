"""What one seat says to the other while they set up a call.

The frame lies sealed in a row until the other seat's own socket has read it, some milliseconds as
a rule; see docs/decisions on why.
"""

import json
from uuid import UUID

from portal.crypto.envelope import seal
from portal.crypto.primitives import same
from portal.kernel.actor import Actor
from portal.realtime import groups
from portal.realtime.nudge import nudge
from scheduling.visits import selectors
from scheduling.visits.actions.held import Held
from scheduling.visits.errors import CommandReused, TooManyFrames
from scheduling.visits.frames import MOST_FRAMES, as_signal
from scheduling.visits.frames import Frame as PureFrame
from scheduling.visits.models import Frame, frame_place
from scheduling.visits.states import Side


def signal(
    actor: Actor,
    appointment_id: UUID,
    seat: UUID,
    epoch: int,
    number: int,
    frame: PureFrame,
    *,
    command_id: UUID | None = None,
) -> int:
    """The frame is on its way to the seat opposite, which the visit's own state names.

    Each number of a seat passes once in an epoch; that, not the command's id, tells repetitions.

    Refuses: NotFound, NotNow, AlreadyOver, StaleSeat, NobodyOpposite, TooManyFrames,
        CommandReused, RecordErased.
    Locks: the visit.
    Records: nothing; taking the seat did.
    """
    held = Held.take(actor, appointment_id)
    side = held.seen.side
    with held.lawfully():
        held.room.receiver(side, seat, actor.request, epoch)
    packed = json.dumps(as_signal(frame), ensure_ascii=False, sort_keys=True)
    if _came_before(held, side, number, packed):
        return number
    if selectors.n_frames(held.visit.pk, epoch, side) >= MOST_FRAMES:
        raise TooManyFrames
    _put(held, side, number, packed)
    return number


def _came_before(held: Held, side: Side, number: int, packed: str) -> bool:
    first = selectors.find_frame(held.visit, side, number)
    if first is None:
        return False
    if not same(bytes(first.digest), held.digest(packed)):
        raise CommandReused
    return True


def _put(held: Held, side: Side, number: int, packed: str) -> None:
    visit, key = held.visit, held.key()
    place = frame_place(key, visit.pk, side.value, visit.epoch, number)
    visit.sequence += 1
    visit.save(update_fields=["sequence"])
    Frame.objects.create(
        visit=visit,
        epoch=visit.epoch,
        side=side.value,
        number=number,
        sequence=visit.sequence,
        body_sealed=seal(key, packed.encode(), place),
        digest=held.digest(packed),
        put_at=held.now,
    )
    appointment_id = held.seen.appointment.pk
    nudge(groups.visit(appointment_id), "visit.frame", appointment_id, visit.sequence)
