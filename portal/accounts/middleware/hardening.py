"""The headers of every answer, and the id of every request. Stands outside of everything else."""

import logging
import time
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from portal.accounts.ports import Request
from portal.kernel import meters, trace
from portal.kernel.ids import new_id

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)
FEATURES = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation",
    "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
    "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip


def allowing(*features: str) -> str:
    """The permissions policy of a page that needs these for itself; the rest stays shut."""
    unknown = set(features) - set(FEATURES)
    if unknown:
        raise ValueError(f"no such features: {sorted(unknown)}")
    return ", ".join(f"{name}=({'self' if name in features else ''})" for name in FEATURES)


HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": allowing(),
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
LASTING = {200, 206, 304}
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
log = logging.getLogger("portal.requests")


class HardeningMiddleware:
    """Adds what is missing; a page that needs a camera sets its own policy and keeps it."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with its headers."""
        asked = cast(Request, request)
        asked.request_id = new_id().hex
        began = time.perf_counter()
        with trace.of(asked.request_id, f"{request.method} …"):
            response = self.get_response(request)
            self._note(asked, response, time.perf_counter() - began)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response["X-Request-ID"] = asked.request_id
        if not self._is_static(request, response):
            response["Cache-Control"] = "no-store"
            patch_vary_headers(response, ("Cookie",))
            for name in ("ETag", "Last-Modified", "Expires"):
                response.headers.pop(name, None)
        return response

    def _note(self, request: Request, response: HttpResponseBase, seconds: float) -> None:
        """The answer is counted and logged under the name of its route: addresses hold ids."""
        match = request.resolver_match
        is_file = request.path.startswith(settings.STATIC_URL)
        route = match.view_name if match else "static" if is_file else "none"
        method, status = request.method or "", str(response.status_code)
        meters.requests.add(
            route, method if method in METHODS else "other", status, seconds=seconds
        )
        trace.at(f"{method} {route}")
        log.info("answered", extra={"told": {"status": status, "ms": f"{seconds * 1000:.0f}"}})

    def _is_static(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        """True for a file that is there: what only looks like one is never kept by a cache."""
        return request.path.startswith(settings.STATIC_URL) and response.status_code in LASTING
