"""Letters about appointments: when, and nothing about why or what kind. Rows of the outbox."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.outbox import actions as outbox
from scheduling.models import Appointment
from scheduling.selectors import told_of
from scheduling.vocabulary import CANCELLED, CONFIRMED, MOVED, REMINDER

BEFORE = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
_GRACE = timedelta(minutes=30)


def confirm(actor: Actor, appointment: Appointment) -> None:
    """Whoever is told of this patient's appointments gets a confirmation, and reminders.

    Records: nothing; the act that books does.
    """
    _tell(actor, appointment, CONFIRMED)
    _remind(actor, appointment)


def tell_of_move(actor: Actor, appointment: Appointment, before: datetime) -> None:
    """They are told of the new time and the old; what was to be sent of the old one is not.

    Records: nothing; the act that moves does.
    """
    outbox.withdraw(actor, appointment.pk)
    _tell(actor, appointment, MOVED, before_at=before)
    _remind(actor, appointment)


def tell_of_cancelling(actor: Actor, appointment: Appointment) -> None:
    """They are told that it is off; what was to be sent of it is not.

    Records: nothing; the act that cancels does.
    """
    outbox.withdraw(actor, appointment.pk)
    if appointment.starts_at > clock.now():
        _tell(actor, appointment, CANCELLED)


def _remind(actor: Actor, appointment: Appointment) -> None:
    for span, before in BEFORE.items():
        due_at = appointment.starts_at - before
        # Whoever has just got a confirmation is not reminded in the same hour.
        if due_at > clock.now() + _GRACE:
            _tell(actor, appointment, REMINDER, span, due_at=due_at, until=appointment.starts_at)


def _tell(
    actor: Actor,
    appointment: Appointment,
    kind: str,
    span: str = "",
    *,
    due_at: datetime | None = None,
    until: datetime | None = None,
    **more: Any,
) -> None:
    for person, key in _keys(appointment, f"{kind}.{span}" if span else kind):
        outbox.post(
            actor,
            kind,
            to=person,
            params=_params(appointment) | more,
            key=key,
            about=appointment.pk,
            due_at=due_at,
            until=until,
        )


def _params(appointment: Appointment) -> dict[str, Any]:
    return {
        "appointment": appointment.pk,
        "starts_at": appointment.starts_at,
        "mode": appointment.mode,
    }


def _keys(appointment: Appointment, occasion: str) -> Iterator[tuple[UUID, str]]:
    """Everybody who is told, and the key of their letter: this occasion, this revision."""
    for person in told_of(appointment.patient_id):
        yield person, f"{occasion}:{appointment.pk.hex}:{appointment.revision}:{person.hex}"
