"""What every page of visits is given, and how one leads on to the next."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from portal.accounts.ports import Request
from portal.kernel import clock
from portal.kernel.errors import BadInput
from portal.kernel.ids import new_id, parse_id


def zone_here() -> str:
    """The clock on which the reader sees this page."""
    return timezone.get_current_timezone_name()


def page(request: Request, name: str, given: Any, status: int = 200, **more: Any) -> HttpResponse:
    """The page with all fields of what was read, and what all of these pages show."""
    told = {field.name: getattr(given, field.name) for field in fields(given)} if given else {}
    told |= {"zone": zone_here(), "clinic_zone": settings.TIME_ZONE, "now": clock.now()}
    return render(request, f"scheduling/{name}.html", told | more, status=status)


def to(name: str, *arguments: Any, query: str = "") -> HttpResponseRedirect:
    """On to that page, by GET."""
    return HttpResponseRedirect(reverse(name, args=arguments) + query, status=303)


def new_ids(*names: str) -> dict[str, UUID]:
    """A command for each form of a page."""
    return {name: new_id() for name in names}


def id_in(text: str) -> UUID | None:
    """The id that an address names, if it names one. Refuses BadInput."""
    try:
        return parse_id(text) if text else None
    except ValueError:
        raise BadInput from None
