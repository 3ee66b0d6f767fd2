"""The clinic's day, and booking for a patient from it."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from patients.readings import Asked, look_for
from portal.accounts.ports import Request
from portal.kernel.errors import BadInput
from scheduling import forms, readings
from scheduling.views.pages import page


@sensitive_variables()
@require_safe
def day(request: Request) -> HttpResponse:
    """Who comes today, or on the day that is asked for."""
    today = readings.today_in(settings.TIME_ZONE)
    asked, whose = _date(request, today), request.GET.get("whose", "")
    with timezone.override(settings.TIME_ZONE):
        found = readings.day(request.actor, asked, whose if whose in {"mine", "all"} else "")
        one = timedelta(days=1)
        more: dict[str, Any] = {
            "day_words": readings.day_words(asked, settings.TIME_ZONE),
            "date_words": date_format(asked, "l j F Y"),
            "today": today,
            "is_today": asked == today,
            "previous": asked - one,
            "following": asked + one,
        }
        return page(request, "day", found, **more)


@sensitive_post_parameters("text")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: Request) -> HttpResponse:
    """A patient to book for, found by what was posted: no name is part of an address."""
    readings.refuse_unless_booking(request.actor)
    form = forms.FindForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        found = look_for(request.actor, Asked(form.cleaned_data["text"])).found
    status = 422 if form.is_bound and form.errors else 200
    return page(request, "find", None, status, form=form, found=found)


def _date(request: Request, today: date) -> date:
    try:
        asked = date.fromisoformat(request.GET["date"]) if request.GET.get("date") else today
    except ValueError:
        raise BadInput from None
    if abs(asked - today) > timedelta(days=3660):
        raise BadInput
    return asked
