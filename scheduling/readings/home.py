"""Visits on the first page."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from portal.kernel import clock
from portal.kernel.actor import Actor
from scheduling import policy
from scheduling.models import State
from scheduling.readings.lines import is_staff, lines_of
from scheduling.readings.pages import mine

SOON = timedelta(days=2)
ON_HOME = 3


def home_card(actor: Actor) -> dict[str, Any]:
    """What the first page shows of visits: the next ones, or for the clinic those of today.

    Records: APPOINTMENTS_READ.
    """
    zone, now = timezone.get_current_timezone_name(), clock.now()
    if is_staff(actor):
        return _todays(actor)
    coming = mine(actor).filter(state=State.BOOKED, ends_at__gt=now).order_by("starts_at")
    lines = lines_of(actor, [*coming[: ON_HOME + 1]], zone)
    first = lines[0] if lines and lines[0].when.at - now < SOON else None
    return {
        "next_visit": first,
        "later_visits": lines[1:] if first else lines[:ON_HOME],
        "may_book_visits": policy.bookable_patients(actor).exists(),
    }


def _todays(actor: Actor) -> dict[str, Any]:
    """The visits that are left today: one's own, or everybody's at the front desk."""
    if not actor.has_role("clinician", "coordinator"):
        return {}
    now = clock.now()
    rows = policy.readable_appointments(actor).select_related("visit_type")
    if actor.has_role("clinician"):
        rows = rows.filter(clinician=actor.id)
    night = now.astimezone(timezone.get_default_timezone()).replace(hour=23, minute=59)
    rows = rows.filter(state=State.BOOKED, ends_at__gt=now, starts_at__lte=night)
    n, some = rows.count(), [*rows.order_by("starts_at")[:8]]
    lines = lines_of(actor, some, settings.TIME_ZONE)
    return {"visits_today": lines, "n_visits_today": n, "has_visits_card": True}
