"""No canary leaves by a side door: logs, nudges, jobs, addresses, error pages, caches, mail.

Everything that passes one of these is looked at as it passes, in every test, so whatever a test
does with the world's secrets is a test of this too.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import redis
from celery.signals import before_task_publish
from django.core import mail
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import _caches  # type: ignore[attr-defined]
from django.http import HttpResponse
from django.test import AsyncClient, Client

from portal.realtime.hub import Hub
from tests.harness.canary import is_in, scan

ADDRESS = re.compile(
    r"""\b(?:href|src|action|formaction|data-(?:topic|module|url|src))\s*=\s*(["'])(.*?)\1"""
)
# What these hold goes to the reader's own mail, telephone or app, not to a server.
OWN_PROGRAMS = ("mailto:", "tel:", "otpauth:")
# A refused form comes back with what was typed; these pages have nothing of anybody to say.
ERRORS = frozenset(
    {
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)


class LeakGuard:
    """Looks at what passes, and keeps every leak until somebody asks."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._reader = _Reader(self)

    def begin(self) -> None:
        """Nothing was found yet, and every log is read, whatever has set up logging since."""
        self.found = []
        if self._reader not in logging.getLogger().handlers:
            logging.getLogger().addHandler(self._reader)

    def look(self, where: str, text: str) -> None:
        """The text is on record if it holds a canary."""
        if is_in(text):
            self.found.append(f"{where}: {text[:300]}")

    def look_into(self, where: str, data: bytes) -> None:
        """The bytes are on record if they hold a canary in any coat."""
        self.found += [f"{where} as {one.coat}" for one in scan(data)]

    @contextmanager
    def expected(self) -> Iterator[list[str]]:
        """Leaks in this block are what the test is about; they do not fail it."""
        before, self.found = self.found, []
        try:
            yield self.found
        finally:
            self.found = before

    def install(self) -> None:
        """From now on everything that passes is looked at."""
        before_task_publish.connect(self._job, weak=False)
        _before(Hub, "publish", lambda nudge: self.look("a nudge", repr(nudge)))
        _before(BaseCache, "validate_key", lambda key: self.look("a cache key", str(key)))
        for client in (Client, AsyncClient):
            _before(client, "request", self._request)
        _after(Client, "request", self.answer)

    def last_look(self) -> None:
        """What lies in the mail and in local memory is looked at; a reader's own address is right.

        A letter without its headers of transport says all that a reader, or a relay, can see.
        """
        for letter in getattr(mail, "outbox", ()):
            message = letter.message()
            del message["To"]
            self.look("a letter", str(message))
        for cache in _caches.values():
            for key, packed in cache.items():
                self.look_into(f"the cache under {key}", packed)

    def answer(self, response: HttpResponse) -> None:
        """The answer's headers and addresses, and all of an error page, are looked at."""
        self.look_into("a header", response.serialize_headers())
        for cookie in response.cookies.values():
            self.look_into(f"the cookie {cookie.key}", cookie.value.encode())
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return
        page = response.content.decode()
        for match in ADDRESS.finditer(page):
            if not match[2].startswith(OWN_PROGRAMS):
                self.look("an address on a page", match[0])
        if response.status_code in ERRORS:
            self.look(f"an error page ({response.status_code})", page)

    def _request(self, **given: Any) -> None:
        for name in ("PATH_INFO", "QUERY_STRING", "path", "query_string"):
            self.look("an address asked for", str(given.get(name, "")))

    def _job(self, *, body: Any, headers: Any = None, **_: Any) -> None:
        self.look("a job's message", f"{body!r} {headers!r}")


class _Reader(logging.Handler):
    """Reads every line of every log, as it would be written."""

    def __init__(self, guard: LeakGuard) -> None:
        super().__init__()
        self._guard = guard
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._guard.look("a log line", f"{self.format(record)} {record.args!r}")


class RedisReader:
    """Reads every command that reaches Redis, for as long as it lives."""

    def __init__(self, guard: LeakGuard, url: str) -> None:
        self._guard = guard
        self._client = redis.Redis.from_url(url, socket_timeout=None)
        # Bytes as they come: the client library's own reading of them trips over some.
        self._line = self._client.connection_pool.get_connection()
        self._line.send_command("MONITOR")
        self._line.read_response()
        self._last = f"enough-{uuid4().hex}"
        self.read = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Everything sent until now has been looked at."""
        self._client.echo(self._last)
        self._thread.join(5)
        self._line.disconnect()
        self._client.close()

    def _listen(self) -> None:
        last = self._last.encode()
        while last not in (line := self._line.read_response(disable_decoding=True)):
            self.read += 1
            self._guard.look("Redis", line.decode(errors="replace"))


def _before(owner: type, name: str, look: Callable[..., None]) -> None:
    """Whatever is passed to this method is looked at first."""
    inner = getattr(owner, name)

    @wraps(inner)
    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        look(*args, **kwargs)
        return inner(self, *args, **kwargs)

    setattr(owner, name, watched)


def _after(owner: type, name: str, look: Callable[[Any], None]) -> None:
    """Whatever this method returns is looked at."""
    inner = getattr(owner, name)

    @wraps(inner)
    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = inner(self, *args, **kwargs)
        look(result)
        return result

    setattr(owner, name, watched)


leaks = LeakGuard()
