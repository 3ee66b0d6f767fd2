"""What time has done to visits, for the scan that writes it down."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from scheduling.models import Appointment
from scheduling.visits import policy
from scheduling.visits.models import Seat, Visit
from scheduling.visits.states import KEPT, LINGERS, SILENT, State

MOST = 200
LOOK_BACK = timedelta(days=7)


def lapsed_visits(now: datetime) -> list[UUID]:
    """The appointments of visits that time, a lost socket, a move or a cancellation changed."""
    cancelled = Q(appointment__state=policy.CANCELLED)
    past = Q(appointment__ends_at__lte=now - min(LINGERS.values()))
    silent = Q(seen_at__lte=now - KEPT - SILENT) | Q(seen_at__lte=now - SILENT, lost_at=None)
    lost = Q(lost_at__lte=now - KEPT) | silent
    emptied = Seat.objects.filter(lost, is_left=False).values("visit")
    rows = Visit.objects.filter(cancelled | past | Q(pk__in=emptied), over_at=None)
    ahead = Visit.objects.filter(appointment__state=policy.BOOKED, appointment__ends_at__gt=now)
    moved = ahead.exclude(revision=F("appointment__revision"))
    found = [each.order_by("pk").values_list("appointment_id", flat=True) for each in (moved, rows)]
    return list(dict.fromkeys(one for each in found for one in each[:MOST]))


def booked_and_over(now: datetime) -> list[UUID]:
    """Booked visits whose time is past and of which nobody ever opened the page."""
    late = now - LINGERS[State.PLANNED]
    rows = Appointment.objects.filter(
        mode=policy.VIDEO,
        state=policy.BOOKED,
        visit=None,
        ends_at__lte=late,
        ends_at__gt=late - LOOK_BACK,
    )
    return list(rows.order_by("ends_at").values_list("pk", flat=True)[:MOST])
