"""The socket of somebody who signed in, which is closed within a second of losing that right."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from asgiref.typing import WebSocketScope
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils import translation

from portal.accounts import actions, selectors
from portal.accounts.middleware.refusals import leave_entry
from portal.accounts.ports import Standing
from portal.kernel import clock, door, meters, plugs, trace
from portal.kernel.actor import Actor
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from portal.realtime import groups
from portal.realtime.codes import Close
from portal.realtime.errors import SocketRefused
from portal.realtime.frames import Do
from portal.realtime.hub import Nudge
from portal.realtime.nudge import hub
from portal.realtime.socket import Socket
from portal.realtime.threads import in_thread

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger("portal.accounts")
NOBODY = UUID(int=0)
MOST_SOCKETS = 10
EVERY = 0.5
# Clocks of several machines differ, and a transaction may be long.
LOOK_BACK = timedelta(seconds=10)
NOTED = timedelta(minutes=1)


class SignedInSocket(Socket):
    """A page's socket: same origin, a live session, the second factor where the roles ask it."""

    def __init__(self) -> None:
        super().__init__()
        self.session_id = self.person_id = NOBODY
        self.revocation = 0
        self.cookie = b""
        self.language = settings.LANGUAGE_CODE
        self.look_again_at: datetime | None = None
        self._noted_at = clock.now()

    async def admit(self) -> Actor:
        """The person whose session this is. Raises SocketRefused."""
        key = cookie_of(self.scope) if is_same_origin(self.scope) else ""
        if not key:
            raise SocketRefused
        try:
            standing = await in_thread(selectors.standing_of_key, key)
        except (OperationalError, InterfaceError):
            log.warning("a handshake was refused: the database is away")
            raise SocketRefused from None
        if not may_stay(standing) or not standing.session_id or not standing.person_id:
            raise SocketRefused
        self.session_id, self.person_id = standing.session_id, standing.person_id
        self.cookie = standing.cookie
        self._take_note(standing)
        request = new_id().hex
        trace.begin(request, "socket")
        return standing.actor.asking(request, "socket")

    async def admitted(self) -> None:
        """Whatever ends the right to this socket will be heard of."""
        hub().join(groups.person(self.person_id), self)
        watch.enter(self)

    async def gone(self) -> None:
        """Nobody asks about this socket any more."""
        hub().leave(groups.person(self.person_id), self)
        watch.leave(self)

    def as_reader(self, function: Callable[P, T]) -> Callable[P, T]:
        """The function, in the language of the person, else of the browser."""

        def speaking(*args: P.args, **kwargs: P.kwargs) -> T:
            with translation.override(self.language):
                return function(*args, **kwargs)

        return speaking

    async def refused(self, refusal: Refusal) -> None:
        """What was tried is on record."""
        await in_thread(leave_entry, self.actor, refusal)

    def nudged(self, nudge: Nudge) -> None:
        """Look again at the right to be here, or at what is followed."""
        if nudge.kind == "person.revoked":
            self.spawn(self.recheck())
        if hub().is_deaf:
            self.look_again()
        else:
            super().nudged(nudge)

    def look_again(self) -> None:
        """Nudges may have been lost, and with them one that took this page's rights away."""
        watch.before_looking(self)

    def look_now(self) -> None:
        """Look again at everything; that this page may has just been asked."""
        super().look_again()

    async def recheck(self) -> None:
        """The database says whether the socket stays, and as whom.

        Once the session goes on under another cookie, the page comes again with that one, and
        whoever stole the old one does not.
        """
        standing = await asked(selectors.standing_of_session, self.session_id)
        if not may_stay(standing):
            await self.close(Close.SIGNED_OUT)
            return
        if standing.cookie != self.cookie:
            await self.close(Close.OTHER_COOKIE)
            return
        self._take_note(standing)
        self.actor = standing.actor.asking(self.actor.request, "socket")
        self.look_now()

    def _take_note(self, standing: Standing) -> None:
        self.language = language_of(self.scope, standing)
        self.revocation, self.look_again_at = standing.revocation, standing.look_again_at

    async def _carry_out(self, frame: Do) -> Mapping[str, Any]:
        result = await super()._carry_out(frame)
        if clock.now() - self._noted_at > NOTED:
            # Commands are what a person does; pings and acknowledgements are not.
            self._noted_at = clock.now()
            await door.arun(actions.note_presence, self.actor, self.session_id)
        return result


class Watch:
    """Every open socket of this process, and the one question about them, twice a second.

    It needs neither Redis nor the nudge: the counter in the database is what counts.
    """

    def __init__(self) -> None:
        self._open: dict[UUID, list[SignedInSocket]] = {}
        self._task: asyncio.Task[None] | None = None
        self._asked_at = clock.now()
        self._eager: set[SignedInSocket] = set()
        self._looking: asyncio.Task[None] | None = None

    def enter(self, socket: SignedInSocket) -> None:
        """The socket is watched; the oldest of too many closes."""
        mine = self._open.setdefault(socket.person_id, [])
        mine.append(socket)
        meters.sockets.add()
        for oldest in mine[:-MOST_SOCKETS]:
            oldest.spawn(oldest.close(Close.TOO_MANY_SOCKETS))
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._asked_at = clock.now()
            self._task = loop.create_task(self._keep_asking())

    def leave(self, socket: SignedInSocket) -> None:
        """The socket is watched no more."""
        mine = self._open.get(socket.person_id, [])
        if socket in mine:
            mine.remove(socket)
            meters.sockets.add(n=-1)
        if not mine:
            self._open.pop(socket.person_id, None)

    def before_looking(self, socket: SignedInSocket) -> None:
        """The socket looks again, unless it turns out that its person was deprived of something.

        One question serves all that want to look by then.
        """
        self._eager.add(socket)
        loop = asyncio.get_running_loop()
        if self._looking is None or self._looking.done() or self._looking.get_loop() is not loop:
            self._looking = loop.create_task(self._let_look())

    async def _let_look(self) -> None:
        while self._eager:
            eager, self._eager = self._eager, set()
            try:
                rechecked = await self._ask()
            except Exception:  # the database is away; there is nothing to look at either
                self._eager |= eager
                await asyncio.sleep(EVERY)
                continue
            for socket in eager - rechecked:
                socket.look_now()

    async def _keep_asking(self) -> None:
        while self._open:
            await asyncio.sleep(EVERY)
            try:
                await self._ask()
            except Exception:  # the database may be away; nothing is delivered meanwhile either
                log.warning("revocations could not be read; asking again")

    async def _ask(self) -> set[SignedInSocket]:
        """Whoever was deprived of something is rechecked. Returns those."""
        now, rechecked = clock.now(), set[SignedInSocket]()
        moved = await asked(selectors.revoked_since, self._asked_at - LOOK_BACK)
        lapsed = await asked(plugs.lapsed, self._asked_at, now)
        self._asked_at = now
        for person_id, sockets in tuple(self._open.items()):
            for socket in tuple(sockets):
                counter = moved.get(person_id, socket.revocation)
                is_due = socket.look_again_at is not None and socket.look_again_at <= now
                if counter != socket.revocation or is_due or person_id in lapsed:
                    rechecked.add(socket)
                    socket.spawn(socket.recheck())
        return rechecked


def may_stay(standing: Standing) -> bool:
    """True for a person with a role in force and every factor that it asks for."""
    return standing.actor.is_person and bool(standing.actor.roles)


def is_same_origin(scope: WebSocketScope) -> bool:
    """True if a page of ours opens the socket: one Origin header, of an origin that is ours."""
    origin, host = _only(scope, b"origin"), _only(scope, b"host")
    if not origin or not host:
        return False
    if settings.SOCKET_ORIGINS:
        return origin in settings.SOCKET_ORIGINS
    domain, _port = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    return origin == f"{_scheme(scope)}://{host.lower()}"


def cookie_of(scope: WebSocketScope) -> str:
    """The value of the session's cookie; empty without one."""
    return parse_cookie(_only(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME, "")


def language_of(scope: WebSocketScope, standing: Standing) -> str:
    """The language of the page: chosen by the person, else by or for the browser."""
    if standing.profile and standing.profile.language in dict(settings.LANGUAGES):
        return standing.profile.language
    asked = HttpRequest()
    asked.COOKIES = parse_cookie(_only(scope, b"cookie"))
    asked.META["HTTP_ACCEPT_LANGUAGE"] = _only(scope, b"accept-language")
    return translation.get_language_from_request(asked)


def _scheme(scope: WebSocketScope) -> str:
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        told = _only(scope, name.removeprefix("HTTP_").replace("_", "-").lower().encode())
        return "https" if told == secure else "http"
    return "https" if scope.get("scheme") == "wss" else "http"


def _only(scope: WebSocketScope, name: bytes) -> str:
    """The header of this name, if there is exactly one; empty otherwise."""
    values = [value for key, value in scope["headers"] if key.lower() == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""


# Readers of topics may be busy; whether somebody may stay is asked beside them.
_asker = ThreadPoolExecutor(1, thread_name_prefix="watch")
watch = Watch()


async def asked(question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The answer, from a thread of its own whose connection is given back at once."""

    def ask() -> T:
        try:
            return question(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_asker, ask)
