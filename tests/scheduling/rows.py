"""What a command could change, and what a wall shows."""

from zoneinfo import ZoneInfo

from portal.audit.models import Entry
from portal.outbox.models import Letter
from scheduling.models import (
    Appointment,
    Change,
    Claim,
    Receipt,
)
from tests.scheduling.world import at


def everything():
    """All rows that a command could change."""
    tables = (Appointment, Change, Claim, Receipt, Letter, Entry)
    return {table: set(table.objects.values_list("pk", flat=True)) for table in tables}, {
        *Appointment.objects.values_list("pk", "state", "starts_at", "revision", "held_until")
    }


def wall(hour):
    return at(hour).astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
