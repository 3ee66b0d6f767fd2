"""Appointments of a record that is erased: those ahead are off, and no reason is kept."""

from uuid import UUID

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.outbox import actions as outbox
from scheduling.actions.claims import give_back, lock_claimed
from scheduling.models import Appointment, State


def erase_appointments(actor: Actor, patient_id: UUID) -> None:
    """Nobody is booked or held for the patient; of what was, ids and times stay.

    Locks: the calendars, the appointments.
    Records: nothing; the erasure does.
    """
    mine = Appointment.objects.filter(patient=patient_id)
    ahead = mine.filter(state__in=(State.BOOKED, State.HELD), ends_at__gt=clock.now())
    for row in ahead.order_by("pk"):
        lock_claimed(actor, row)
        row.revision += 1
        give_back(actor, row, State.CANCELLED, "cancelled", why="not-needed")
    for appointment in mine.values_list("pk", flat=True):
        outbox.erase_letters_about(actor, appointment)
    mine.update(reason_sealed=None)
