"""The steps of a visit: come, let in, decline, send back, end."""

from typing import Any
from uuid import UUID

from portal.kernel.actor import Actor
from portal.kernel.errors import BadInput
from scheduling.visits import policy
from scheduling.visits.actions.held import Asked, Held
from scheduling.visits.errors import AlreadyOver, NotOpenYet
from scheduling.visits.states import OPENS_BEFORE, Ending, State, Step, closes_at, ending
from scheduling.visits.vocabulary import WHYS_DECLINED, Event


def arrive(actor: Actor, appointment_id: UUID, *, command_id: UUID) -> dict[str, Any]:
    """Somebody waits for the visit. Coming again changes nothing.

    Refuses: NotFound, NotOpenYet, AlreadyOver, CommandReused, RecordErased.
    Locks: the visit.
    Records: VISIT_ARRIVED.
    """
    held = Held.take(actor, appointment_id, among=policy.arrivable_visits)
    asked = Asked(held, command_id, "arrive")
    if first := asked.first_result():
        return first
    held.require_open()
    if held.now < held.seen.appointment.starts_at - OPENS_BEFORE:
        raise NotOpenYet
    closing = closes_at(held.room.state, held.seen.appointment.ends_at, somebody_sits=False)
    if held.room.state is State.PLANNED and closing is not None and closing <= held.now:
        raise AlreadyOver  # the scan has not written it down yet
    if held.room.state is State.PLANNED:
        held.put(held.room.then(Step.ARRIVE), waiting_since=held.now)
        held.record(Event.VISIT_ARRIVED)
    return asked.done(state=held.room.state.value)


def admit(actor: Actor, appointment_id: UUID, *, command_id: UUID) -> dict[str, Any]:
    """Whoever waits is let in: from now on frames pass, and relay credentials exist.

    Refuses: NotFound, NotNow, AlreadyOver, CommandReused, RecordErased.
    Locks: the visit.
    Records: VISIT_ADMITTED.
    """
    held = Held.take(actor, appointment_id, among=policy.hosted_visits)
    asked = Asked(held, command_id, "admit")
    if first := asked.first_result():
        return first
    with held.lawfully():
        room = held.room.then(Step.ADMIT)
    held.put(room, admitted_at=held.now)
    held.record(Event.VISIT_ADMITTED)
    return asked.done(state=room.state.value)


def decline(actor: Actor, appointment_id: UUID, why: str, *, command_id: UUID) -> dict[str, Any]:
    """The visit is not held, and whoever waited is told so.

    Refuses: NotFound, NotNow, AlreadyOver, BadInput, CommandReused, RecordErased.
    Locks: the visit.
    Records: VISIT_DECLINED, VISIT_OVER.
    """
    if why not in WHYS_DECLINED:
        raise BadInput
    held = Held.take(actor, appointment_id, among=policy.hosted_visits)
    asked = Asked(held, command_id, "decline", why)
    if first := asked.first_result():
        return first
    with held.lawfully():
        room = held.room.then(Step.DECLINE)
    held.over(room, Ending.DECLINED, declined_why=why)
    held.record(Event.VISIT_DECLINED, why=why)
    return asked.done(state=room.state.value)


def send_back(actor: Actor, appointment_id: UUID, *, command_id: UUID) -> dict[str, Any]:
    """The patient waits again, and nothing passes between the seats.

    Refuses: NotFound, NotNow, AlreadyOver, CommandReused, RecordErased.
    Locks: the visit.
    Records: VISIT_SENT_BACK.
    """
    held = Held.take(actor, appointment_id, among=policy.hosted_visits)
    asked = Asked(held, command_id, "back")
    if first := asked.first_result():
        return first
    with held.lawfully():
        room = held.room.then(Step.SEND_BACK)
    held.put(room, "sent-back", waiting_since=held.now, admitted_at=None)
    held.record(Event.VISIT_SENT_BACK)
    return asked.done(state=room.state.value)


def end(actor: Actor, appointment_id: UUID, *, command_id: UUID) -> dict[str, Any]:
    """The visit is over for everybody in it, for good.

    Refuses: NotFound, NotNow, AlreadyOver, CommandReused, RecordErased.
    Locks: the visit.
    Records: VISIT_OVER.
    """
    held = Held.take(actor, appointment_id, among=policy.hosted_visits)
    asked = Asked(held, command_id, "end")
    if first := asked.first_result():
        return first
    before = held.room.state
    with held.lawfully():
        room = held.room.then(Step.END)
    held.over(room, ending(before, Step.END, was_live=held.visit.live_at is not None))
    return asked.done(state=room.state.value)
