"""Who may be told more than one word: this machine itself, and whoever holds the token."""

import hmac
import ipaddress

from django.conf import settings
from django.http import HttpRequest

FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)


def may_watch(request: HttpRequest) -> bool:
    """True for a question from this machine that no proxy passed on, and for one with the token.

    A proxy on this machine asks for strangers. One that is trusted has to say `X-Forwarded-Proto`
    of each of their requests, so one without it is not theirs.
    """
    if _has_token(request):
        return True
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback and not any(name in request.META for name in FORWARDED)


def _has_token(request: HttpRequest) -> bool:
    told = request.META.get("HTTP_AUTHORIZATION", "")
    wanted = settings.WATCH_TOKEN
    return bool(wanted) and hmac.compare_digest(told.encode(), f"Bearer {wanted}".encode())
