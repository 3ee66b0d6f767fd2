"""Configuration by environment, read strictly: an unknown or unreadable name refuses to start."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent

KNOWN: dict[str, str] = {
    "PORTAL_PROFILE": "demo (default) or production",
    "PORTAL_DATA_DIR": "where databases, keys and letters live; default var/ beside manage.py",
    "PORTAL_KEY_DIR": "where the keyring lives; default keys/ in the data directory",
    "PORTAL_DATABASE_URL": "postgres://user:password@host:port/name; without it SQLite files",
    "PORTAL_SHRED_DATABASE_URL": "the database of shred keys, with a backup schedule of its own",
    "PORTAL_BACKUP_DAYS": "how many days backups of the database are kept; default 90",
    "PORTAL_SHRED_BACKUP_DAYS": "how many days backups of the shred keys are kept; default 14",
    "PORTAL_REDIS_URL": "redis://host:port/n; joins the hubs of several processes",
    "PORTAL_BROKER_URL": "Celery's broker; default the Redis above, or memory",
    "PORTAL_HOSTS": "host names that this portal answers to, separated by commas",
    "PORTAL_ORIGINS": "origins that may open the socket and post forms, separated by commas",
    "PORTAL_LOG_HOST": "the name in the audit log's origin; default the first host",
    "PORTAL_ANCHOR_COPIES": "files on other disks that hold the newest checkpoint too, by commas",
    "PORTAL_SOCKET_PACE": "commands from one page: a burst / so many a minute; default 20/100",
    "PORTAL_IDLE_MINUTES": "after so long unused people are signed out; 5 to 30 (default)",
    "PORTAL_STAFF_IDLE_MINUTES": "the same for those who work here; 5 to 15 (default)",
    "PORTAL_FRESH_MINUTES": "how long a proof counts for sensitive acts; 1 to 15 (default)",
    "PORTAL_BASE_URL": "where links in letters lead; default https:// and the first host",
    "PORTAL_EMAIL_URL": "smtps://user:password@host, or smtp:// for STARTTLS; demo: files instead",
    "PORTAL_EMAIL_FROM": "the address that letters come from; default portal@ the base's host",
    "PORTAL_WATCH_TOKEN": "who sends it as a Bearer token may read /metrics from elsewhere",
    "PORTAL_BACKUP_STAMP": "a file that each backup touches, so that `doctor` knows how old it is",
    "PORTAL_LOG_LEVEL": "debug, info (default) or warning",
    "PORTAL_TRUSTED_PROXY": "yes if a proxy in front sets X-Forwarded-Proto",
    "PORTAL_CLINIC_NAME": "the clinic's name on every page",
    "PORTAL_CLINIC_PHONE": "the number shown where somebody is stuck",
    "PORTAL_EMERGENCY": "what to do in an emergency, in one language; default: to call the number",
    "PORTAL_EMERGENCY_PHONE": "the emergency number as digits, e.g. 112",
    "PORTAL_STUN_URLS": "servers that tell browsers their address, e.g. stun:stun.example.org:3478",
    "PORTAL_TURN_URLS": "relays for video visits, separated by commas; they need the secret",
    "PORTAL_TURN_SECRET": "what the relays and the portal share, at least 24 characters",
    "PORTAL_LANGUAGE": "the clinic's language, for readers who chose none: en (default) or es",
    "PORTAL_MADE_UP_LANGUAGES": "yes to offer en-xa and ar-xb, which show what is not translated",
    "PORTAL_TIME_ZONE": "the clinic's time zone; default Europe/Berlin",
    "PORTAL_ANSWER_DAYS": "days in which a question about who looked is answered; default 14",
    "PORTAL_PROXY_AGES": "birthdays from which a parent may do less / nothing; default 14/18",
    "PORTAL_PROXY_TEEN_SCOPE": "what a parent may do in between: none, read (default), correspond",
}
TESTING = {
    "PORTAL_AICS_TLOG",
    "PORTAL_AXE",
    "PORTAL_SHARED_DATA",
    "PORTAL_TEST_DATABASE_URL",
    "PORTAL_TEST_REDIS_URL",
}


class BadEnvironment(SystemExit):
    """Configuration that cannot be used. Exits with 78 (EX_CONFIG) after a plain sentence."""

    def __init__(self, sentence: str) -> None:
        sys.stderr.write(f"portal: {sentence}\n")
        super().__init__(78)


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says, by name."""

    values: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        """The value of a known name, or the default."""
        if name not in KNOWN:
            raise KeyError(name)
        return self.values.get(name, "").strip() or default

    def flag(self, name: str) -> bool:
        """True for yes, false for no or nothing; anything else refuses to start."""
        value = self.text(name, "no").lower()
        if value not in {"yes", "no"}:
            raise BadEnvironment(f"{name} must be yes or no")
        return value == "yes"

    def choice(self, name: str, default: str, *others: str) -> str:
        """One of these words; anything else refuses to start."""
        word = self.text(name, default).lower()
        if word not in {default, *others}:
            raise BadEnvironment(f"{name} must be one of {', '.join((default, *others))}")
        return word

    def token(self, name: str) -> str:
        """Nothing, or a secret that nobody guesses; a short one refuses to start."""
        value = self.text(name)
        if value and (len(value) < 24 or not value.isascii()):
            raise BadEnvironment(f"{name} must be 24 plain characters or more")
        return value

    def pair(self, name: str, default: str) -> tuple[int, int]:
        """Two whole numbers with a stroke between; anything else refuses to start."""
        first, stroke, second = self.text(name, default).partition("/")
        if not (stroke and first.strip().isdecimal() and second.strip().isdecimal()):
            raise BadEnvironment(f"{name} must be two whole numbers, such as {default}")
        return int(first), int(second)

    def minutes(self, name: str, *, least: int, most: int) -> timedelta:
        """A time in whole minutes, the most unless less is asked for; beyond refuses to start."""
        told = self.text(name, str(most))
        if not told.isdecimal() or not least <= int(told) <= most:
            raise BadEnvironment(f"{name} must be a whole number from {least} to {most}")
        return timedelta(minutes=int(told))

    def count(self, name: str, default: int) -> int:
        """A whole number; anything else refuses to start."""
        value = self.text(name, str(default))
        if not value.isdecimal():
            raise BadEnvironment(f"{name} must be a whole number, such as {default}")
        return int(value)

    def days(self, name: str, default: int, *, most: int) -> int:
        """A number of days, at least one."""
        given = self.text(name, str(default))
        if not (given.isascii() and given.isdecimal() and 1 <= int(given) <= most):
            raise BadEnvironment(f"{name} must be a number of days from 1 to {most}")
        return int(given)

    def names(self, name: str, default: str) -> list[str]:
        """The comma-separated values of a name."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def addresses(self, name: str, *schemes: str) -> list[str]:
        """The comma-separated addresses of a name, each of one of these schemes with a host."""
        found = self.names(name, "")
        for address in found:
            scheme, colon, rest = address.partition(":")
            if scheme not in schemes or not colon or not rest or rest.startswith(("/", ":", "?")):
                raise BadEnvironment(f"{name} must hold addresses such as {schemes[0]}:host:port")
        return found

    def folders(self, name: str) -> list[Path]:
        """The comma-separated paths of a name, made absolute."""
        return [Path(part).expanduser().absolute() for part in self.names(name, "")]

    def folder(self, name: str, default: Path) -> Path:
        """The folder that a name holds, made absolute."""
        return Path(self.text(name, str(default))).expanduser().absolute()


def read(environ: Mapping[str, str] | None = None) -> Environment:
    """The portal's own part of the environment. An unknown PORTAL_ name refuses to start."""
    source = os.environ if environ is None else environ
    mine = {name: value for name, value in source.items() if name.startswith("PORTAL_")}
    for name in mine.keys() - KNOWN.keys() - TESTING:
        raise BadEnvironment(
            f"{name} is not a setting of this portal; `manage.py settings` lists them"
        )
    return Environment(mine)


def postgres(url: str) -> dict[str, Any]:
    """Django's settings for the PostgreSQL database that the address names."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise BadEnvironment(
            "a database address looks like postgres://user:password@host:port/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 24, "timeout": 10}},
    }


def smtp(url: str) -> dict[str, Any]:
    """Django's settings for the mail server that the address names.

    `smtps` speaks TLS from the first byte, `smtp` begins it (STARTTLS) and gives up without; only
    with a server on this machine it does not.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or port == -1:
        raise BadEnvironment("PORTAL_EMAIL_URL looks like smtps://user:password@host:port")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise BadEnvironment("PORTAL_EMAIL_URL ends with the host or the port")
    is_here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and not is_here,
    }


def base_url(told: str, here: Environment, *, production: bool) -> str:
    """Where the portal is reached, without a stroke at the end. Encrypted, but for the demo."""
    hosts = here.names("PORTAL_HOSTS", "")
    standard = f"https://{hosts[0]}" if production and hosts else "http://localhost:8000"
    if not production and os.environ.get("PORT", "").isdecimal():
        standard = f"http://localhost:{os.environ['PORT']}"
    url = (told or standard).rstrip("/")
    parts = urlsplit(url)
    fits = parts.scheme == "https" or (parts.scheme == "http" and not production)
    fits = fits and "@" not in parts.netloc
    if told and not (fits and parts.hostname and url == f"{parts.scheme}://{parts.netloc}"):
        raise BadEnvironment("PORTAL_BASE_URL looks like https://portal.example.org")
    return url


def address(told: str) -> str:
    """An e-mail address that letters come from."""
    local, at, host = told.partition("@")
    if not (local and at and host) or not told.isprintable() or set(told) & set(' ,;<>"'):
        raise BadEnvironment("PORTAL_EMAIL_FROM looks like portal@example.org")
    return told


def sqlite(path: Path) -> dict[str, Any]:
    """Django's settings for a SQLite file that survives a power cut.

    `synchronous=FULL`: with NORMAL a power cut may undo a commit that the audit log has signed.
    `recursive_triggers`: without it REPLACE deletes rows without firing their DELETE trigger.
    """
    return {
        "ENGINE": "portal.kernel.sqlite",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON; PRAGMA cache_size=-16000;"
            ),
        },
    }
