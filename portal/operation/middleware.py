"""Probes are answered before anything that needs a host, a scheme, a session or a database."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


class ProbeMiddleware:
    """A probe is nobody: whatever cookie it brings is not looked at.

    It comes by the address of the machine and without TLS, so neither is asked for.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The probe's answer, or the page's."""
        if request.path not in PROBES:
            return self.get_response(request)
        request.resolver_match = resolve(request.path)
        answer: HttpResponseBase = request.resolver_match.func(request)
        return answer
