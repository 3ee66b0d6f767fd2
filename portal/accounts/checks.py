"""Refuses configurations in which the socket's origin check would mean nothing."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error


def hosts_are_named(**kwargs: Any) -> list[CheckMessage]:
    """An error for each wildcard host, and for each origin that no browser would ever send."""
    faults: list[CheckMessage] = []
    if any(host == "*" or host.startswith(".") for host in settings.ALLOWED_HOSTS):
        faults.append(
            Error(
                "ALLOWED_HOSTS holds a wildcard",
                hint="name every host in PORTAL_HOSTS: origins are compared with them",
                id="accounts.E001",
            )
        )
    for origin in settings.SOCKET_ORIGINS:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}":
            faults.append(
                Error(
                    f"{origin} is not an origin",
                    hint="an origin looks like https://portal.example.org, without a path",
                    id="accounts.E002",
                )
            )
    return faults
