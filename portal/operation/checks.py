"""Refuses an installation that would not be safe with patients; part of `check --deploy`."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from portal.operation.selectors import machine

HERE = {"localhost", "127.0.0.1", "::1"}


def safe_for_patients(**kwargs: Any) -> list[CheckMessage]:
    """An error for each thing that would expose patients or shut them out."""
    return [*_profile(), *_addresses(), *_files(), *_stores()]


def _profile() -> Iterator[CheckMessage]:
    if not settings.PRODUCTION:
        yield Error(
            "this is the demo: its sign-ins can be read by anybody",
            hint="set PORTAL_PROFILE=production",
            id="operation.E001",
        )
    if not settings.CLINIC_PHONE:
        yield Warning(
            "people who are stuck are given no number to call",
            hint="name it in PORTAL_CLINIC_PHONE",
            id="operation.W001",
        )


def _addresses() -> Iterator[CheckMessage]:
    if not settings.ALLOWED_HOSTS:
        yield Error(
            "no host is named, so every page is refused",
            hint="name it in PORTAL_HOSTS",
            id="operation.E002",
        )
    for origin in settings.SOCKET_ORIGINS:
        if not origin.startswith("https://"):
            yield Error(f"{origin} is not encrypted", hint="use https://", id="operation.E003")
    if not settings.SECURE_PROXY_SSL_HEADER:
        yield Error(
            "nobody says that a request came encrypted, so every page leads back to itself",
            hint="put a proxy with TLS in front that sets X-Forwarded-Proto, and say "
            "PORTAL_TRUSTED_PROXY=yes",
            id="operation.E004",
        )
    if (
        settings.ALLOWED_HOSTS
        and urlsplit(settings.BASE_URL).hostname not in settings.ALLOWED_HOSTS
    ):
        yield Error(
            f"links in letters lead to {settings.BASE_URL}, which is none of the portal's hosts",
            hint="PORTAL_BASE_URL has to be one of PORTAL_HOSTS",
            id="operation.E005",
        )


def _files() -> Iterator[CheckMessage]:
    for path in machine.open_to_others():
        yield Error(
            f"others on this machine may read {path}", hint=f"chmod go= {path}", id="operation.E006"
        )


def _stores() -> Iterator[CheckMessage]:
    stores = [
        tuple(str(settings.DATABASES[alias].get(key, "")) for key in ("HOST", "PORT", "NAME"))
        for alias in ("default", "shred")
    ]
    if stores[0] == stores[1]:
        yield Error(
            "shred keys lie in the same database as what they erase, and in its backups",
            hint="PORTAL_SHRED_DATABASE_URL names a database of its own",
            id="operation.E007",
        )
    for name, url in (("REDIS", settings.REDIS_URL), ("BROKER", settings.CELERY_BROKER_URL)):
        parts = urlsplit(url)
        if parts.scheme.startswith("redis") and parts.hostname not in HERE and not parts.password:
            yield Warning(
                f"whoever reaches {parts.hostname} can read and send hints",
                hint=f"put one into PORTAL_{name}_URL",
                id="operation.W002",
            )
