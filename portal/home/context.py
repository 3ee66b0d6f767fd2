"""What every page is given, whoever reads it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from portal.accounts.ports import Standing


def portal(request: HttpRequest) -> dict[str, Any]:
    """The clinic, the emergency route, and the reader's own name and zone."""
    given: dict[str, Any] = {
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
        "emergency": settings.EMERGENCY_SENTENCE,
        "emergency_phone": settings.EMERGENCY_PHONE,
        "zone_name": timezone.get_current_timezone_name(),
        "socket_path": "/live/",
    }
    standing: Standing | None = getattr(request, "standing", None)
    if standing is not None and standing.profile is not None:
        given["reader_name"] = standing.profile.shown
    return given
