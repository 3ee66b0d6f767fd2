"""What somebody who works here still holds: counts alone, for whoever runs the place."""

from uuid import UUID

from django.utils.translation import ngettext

from portal.kernel import clock
from scheduling.models import Appointment


def belongings(person_id: UUID) -> list[str]:
    """Visits to come with this person, and what has to be done about them."""
    ahead = Appointment.objects.filter(clinician=person_id, starts_at__gt=clock.now())
    count = ahead.filter(state="booked").count()
    if not count:
        return []
    words = ngettext(
        "%(count)d visit to come is with them. Let the front desk move or cancel it first.",
        "%(count)d visits to come are with them. Let the front desk move or cancel them first.",
        count,
    )
    return [words % {"count": count}]
