"""A page's socket, as a browser opens it, and how it ends."""

import json
import time

from channels.testing import WebsocketCommunicator
from django.conf import settings as portal_settings

from portal.accounts import actions
from portal.asgi import application
from portal.kernel import door
from tests.portal.accounts.conftest import WORK, Someone

ORIGIN = b"http://localhost:8000"
HOST = b"localhost:8000"


def wire(key: str, *headers: tuple[bytes, bytes], origin: bytes = ORIGIN) -> WebsocketCommunicator:
    """A handshake, as a browser on the portal's own page makes it."""
    cookie = f"{portal_settings.SESSION_COOKIE_NAME}={key}".encode()
    given = [(b"host", HOST), (b"origin", origin), (b"cookie", cookie), *headers]
    return WebsocketCommunicator(application, "/live/", headers=given)


async def session_for(someone: Someone, factor: str = "app") -> str:
    return await door.arun(actions.start_session, WORK, someone.id, factor=factor)


async def opened(someone: Someone, key: str = "") -> WebsocketCommunicator:
    """An open socket of theirs, past its welcome."""
    made = wire(key or await session_for(someone))
    connected, _ = await made.connect(timeout=5)
    assert connected
    assert json.loads(await made.receive_from(timeout=5))["kind"] == "welcome"
    return made


async def is_let_in(made: WebsocketCommunicator) -> bool:
    connected, _ = await made.connect(timeout=5)
    await made.disconnect()
    return connected


async def close_of(made: WebsocketCommunicator, within: float = 1.0) -> tuple[int, float]:
    """The close code, and after how many seconds it came."""
    began = time.monotonic()
    event = await made.receive_output(timeout=within)
    assert event["type"] == "websocket.close", event
    return int(event["code"]), time.monotonic() - began
