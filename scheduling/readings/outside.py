"""An appointment for a calendar outside."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from scheduling.ics import MEDIA_TYPE, Invitation, named, packed
from scheduling.models import Appointment, Change, State
from scheduling.readings.pages import find
from scheduling.readings.times import shown


def invitation(actor: Actor, appointment_id: UUID, zone: str) -> Invitation:
    """When it is, and where to look for more. Refuses NotFound."""
    row = find(actor, appointment_id)
    if row.state not in {State.BOOKED, State.CANCELLED}:
        raise NotFound(kind="appointment", subject=row.pk, patient=row.patient_id)
    return invitation_of(row, zone)


def invitation_of(row: Appointment, zone: str) -> Invitation:
    """The same of a row, for a letter."""
    address = settings.BASE_URL + reverse("scheduling:booking", args=[row.pk])
    when = shown(row.starts_at, zone)
    words = [f"{when.day_and_time} ({when.place})"]
    words += [when.other] if when.other else []
    words += [_("Everything else, and how to move or cancel it, stands at %s") % address]
    last = Change.objects.filter(appointment=row.pk).order_by("-id").values_list("at", flat=True)
    return Invitation(
        uid=row.pk,
        sequence=row.revision,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.zone,
        stamped_at=last.first() or row.made_at,
        summary=_("Appointment · %(clinic)s") % {"clinic": settings.CLINIC_NAME},
        words="\n".join(words),
        clinic=settings.CLINIC_NAME,
        address=address,
        is_cancelled=row.state == State.CANCELLED,
    )


def enclosed(told: Mapping[str, Any]) -> tuple[str, str, bytes] | None:
    """The file that goes with a letter about an appointment, as it stands when it is sent."""
    row = Appointment.objects.filter(pk=told["appointment"]).first()
    if row is None or row.state not in {State.BOOKED, State.CANCELLED}:
        return None
    given = invitation_of(row, timezone.get_current_timezone_name())
    return named(given), f"{MEDIA_TYPE}; method={given.method}", packed(given)
