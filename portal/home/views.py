"""The first page by role, and the pages that Django shows when something went wrong."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from portal.accounts.middleware.holding import hold_stale
from portal.accounts.policy import STAFF
from portal.accounts.ports import Request
from portal.kernel import clock, plugs

FROM_ELSEWHERE = REASON_BAD_ORIGIN.partition("%")[0]


@login_not_required
@require_safe
def home(request: Request) -> HttpResponse:
    """Today, for whoever it is. Each ward's cards say what it has for this actor."""
    actor, profile = request.actor, request.standing.profile
    if profile is None:
        return render(request, "home/stranger.html")
    given: dict[str, Any] = {"greeting": _greeting(), "first_name": profile.first_name}
    for ward in plugs.wards():
        for card in ward.home_cards:
            given |= card(actor)
    page = "home/patient.html" if actor.roles.isdisjoint(STAFF) else "home/staff.html"
    return render(request, page, given)


def csrf_failed(request: Request, reason: str = "") -> HttpResponse:
    """The page for a form that nobody can tell is ours; or its own, with what was typed in it."""
    held = None if reason.startswith(FROM_ELSEWHERE) else hold_stale(request)
    return held or render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that cannot be read."""
    too_large = isinstance(exception, RequestDataTooBig)
    name, status = ("413.html", 413) if too_large else ("400.html", 400)
    return HttpResponse(render_to_string(name, _id_of(request)), status=status)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what nobody may do."""
    return render(request, "403.html", _id_of(request), status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that leads nowhere: the same as for what is not open."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours. It needs nothing, and tells nothing but the request's id."""
    return HttpResponse(render_to_string("500.html", _id_of(request)), status=500)


def _id_of(request: HttpRequest) -> dict[str, str]:
    return {"request_id": getattr(request, "request_id", "")}


def _greeting() -> str:
    hour = timezone.localtime(clock.now()).hour
    if hour < 12:
        return gettext("Good morning")
    return gettext("Good afternoon") if hour < 18 else gettext("Good evening")
