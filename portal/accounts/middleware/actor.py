"""Who is asking, whether they may ask at all, and what a refusal looks like on a page."""

import ipaddress
from collections.abc import Callable
from contextlib import ExitStack
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation

from portal.accounts import actions, policy, selectors
from portal.accounts.errors import NoRole, TooManyPosts
from portal.accounts.middleware.holding import WAS, give_back, hold, remember
from portal.accounts.middleware.refusals import page_of, too_large, unavailable
from portal.accounts.middleware.stepping_up import stand_between
from portal.accounts.middleware.tempo import Tempo
from portal.accounts.ports import Request, Standing
from portal.accounts.sessions import SessionStore
from portal.kernel import door, trace
from portal.kernel.errors import Refusal, Unavailable

SAFE = {"GET", "HEAD", "OPTIONS"}
AWAY = (OperationalError, InterfaceError, Unavailable)


class ActorMiddleware:
    """Stands inside of everything else, so that views and error pages know the actor."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.tempo = Tempo(settings.POST_PACE)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, in the reader's zone and language."""
        asked = cast(Request, request)
        asked.tempo = self.tempo
        try:
            self._recognise(asked)
        except AWAY:
            return unavailable()
        with ExitStack() as around:
            profile = asked.standing.profile
            if profile and (zone := zone_of(profile.zone)):
                around.enter_context(timezone.override(zone))
            if profile and profile.language in dict(settings.LANGUAGES):
                translation.activate(profile.language)
            response = remember(asked, self.get_response(request))
            if response.status_code == 405 and not getattr(response, "content", b"-"):
                return self._not_this_way(asked, response)
            return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Nothing if the view may be called; else the way to sign in, or a refusal."""
        asked = cast(Request, request)
        name = asked.resolver_match.view_name if asked.resolver_match else ""
        standing = asked.standing
        trace.at(f"{asked.method} {name}")
        if not asked.actor.is_person and getattr(view, "login_required", True):
            return self._to_sign_in(asked, standing, name)
        if standing.must_enrol and name not in policy.BEFORE_FACTOR:
            return self._redirect(asked, "accounts:factor")
        lacks_role = asked.actor.is_person and not asked.actor.roles and not standing.must_enrol
        if lacks_role and name not in policy.WITHOUT_ROLE:
            return page_of(asked, NoRole())
        who = asked.actor.id.hex if asked.actor.is_person else asked.source
        if asked.method not in SAFE and not self.tempo.allows(who):
            return page_of(asked, TooManyPosts())
        try:
            asking = stand_between(asked, name)
            if asking is None and asked.actor.is_person:
                give_back(asked)
        except AWAY:
            asking = unavailable()
        return asking

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page of a refusal; anything unexpected stays a bug."""
        match error:
            case Refusal():
                return page_of(cast(Request, request), error)
            case OperationalError() | InterfaceError() | Unavailable():
                return unavailable()
            case RequestDataTooBig():
                return too_large(request)
            case _:
                return None

    def _recognise(self, request: Request) -> None:
        """The request knows its actor; a session that lapsed is ended, one in use is kept."""
        request.source = source_of(request)
        session = cast(SessionStore, request.session)
        standing = selectors.standing_of(session.row)
        request.standing = standing
        request.actor = standing.actor.asking(request.request_id, "page")
        if standing.session_id is None:
            return
        if standing.lapsed:
            request.session = SessionStore()
            door.run(
                actions.end_lapsed_session, request.actor, standing.session_id, why=standing.lapsed
            )
        elif standing.is_stale and not is_question(request):
            door.run(actions.note_presence, request.actor, standing.session_id)
            request.standing = selectors.standing_of_session(standing.session_id)

    def _to_sign_in(self, request: Request, standing: Standing, name: str) -> HttpResponse:
        if standing.waits_for_code:
            return self._redirect(request, "accounts:code")
        if request.method == "POST" and (standing.was or WAS in request.COOKIES):
            if not self.tempo.allows(request.source):
                return page_of(request, TooManyPosts())
            try:
                if (held := hold(request, name)) is not None:
                    return held
            except AWAY:
                return unavailable()
        return self._redirect(request, "accounts:sign-in", reason=standing.reason)

    def _redirect(self, request: Request, name: str, **query: str) -> HttpResponseRedirect:
        if request.method == "GET" and request.path != "/":
            query["next"] = request.get_full_path()
        asked = urlencode({key: value for key, value in query.items() if value})
        return HttpResponseRedirect(reverse(name) + (f"?{asked}" if asked else ""))

    def _not_this_way(self, request: Request, response: HttpResponseBase) -> HttpResponseBase:
        return page_of(request, NotThisWay(), Allow=response["Allow"])


class NotThisWay(Refusal):
    """A page that was posted to, or a form's address that was opened."""

    code = "not-this-way"
    status = 405


def is_question(request: HttpRequest) -> bool:
    """True for a page that asks how long its session lasts, which is nothing that a person does."""
    return request.method in SAFE and request.path == reverse("accounts:stay")


def source_of(request: HttpRequest) -> str:
    """Where a request comes from, as the throttles count it: an IPv4 address or an IPv6 network.

    What a client says of itself counts only where a proxy of ours is in front, and then only the
    last hop, which that proxy wrote.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        told = request.META.get("HTTP_X_FORWARDED_FOR", told).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone of this name, if there is one."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError):
        return None


__all__ = ["ActorMiddleware"]
