"""What every page is given, whoever reads it."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.ports import Standing
from portal.kernel import clock, plugs
from portal.kernel.actor import Actor
from portal.kernel.catalogues import PSEUDO

# By their own names; what is made up for tests is for nobody to choose.
LANGUAGES = [
    {"code": code, "name": name} for code, name in settings.LANGUAGES if code not in PSEUDO
]


def portal(request: HttpRequest) -> dict[str, Any]:
    """The clinic, the emergency route, and the reader's own name and zone."""
    given: dict[str, Any] = {
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
        "emergency": settings.EMERGENCY_SENTENCE or _whom_to_call(),
        "emergency_phone": settings.EMERGENCY_PHONE,
        "zone_name": timezone.get_current_timezone_name(),
        "socket_path": "/live/",
        "languages": LANGUAGES,
    }
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None and actor.is_person:
        # Looked up once, and only by a page that shows it.
        given["navigation"] = SimpleLazyObject(partial(_navigation, actor, request))
        given["beside"] = SimpleLazyObject(partial(plugs.beside, actor))
    standing: Standing | None = getattr(request, "standing", None)
    if standing is not None and standing.profile is not None:
        given["reader_name"] = standing.profile.shown
    if standing is not None and standing.stays_until is not None:
        given["stays_until"] = standing.stays_until
        given["stays_seconds"] = int((standing.stays_until - clock.now()).total_seconds())
    return given


def _whom_to_call() -> str:
    number = settings.EMERGENCY_PHONE
    return gettext("Call %(phone)s now.") % {"phone": number} if number else ""


def _navigation(actor: Actor, request: HttpRequest) -> list[dict[str, Any]]:
    """Every place, and whether the page is it ("page") or lies under it ("true")."""
    first = plugs.NavItem(_("Today"), "home", "home", 0)
    return [
        {"item": item, "href": _href(item), "current": _current(item, request)}
        for item in (first, *plugs.navigation(actor))
    ]


def _href(item: plugs.NavItem) -> str:
    return item.url if item.url.startswith("/") else reverse(item.url)


def _current(item: plugs.NavItem, request: HttpRequest) -> str:
    here = request.resolver_match.view_name if request.resolver_match else ""
    if item.url in (here, request.path):
        return "page"
    return "true" if here and here.startswith(item.under or ("\0",)) else ""
