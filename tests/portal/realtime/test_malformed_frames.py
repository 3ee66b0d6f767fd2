"""Frames that break the rules of RFC 6455, over TCP: they end their own line and no other."""

import asyncio
import json
import socket
from contextlib import closing

import pytest

from tests.cast import Cast
from tests.harness.live import live_at
from tests.harness.processes import Server
from tests.harness.server import Clinic
from tests.shared import shared

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
HANDSHAKE = (
    "GET /live/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def ends(server: Server, cookie: str, frames: list[str]) -> bool:
    """True if the server ends the line after these frames."""
    with closing(socket.create_connection(("127.0.0.1", server.port), 10)) as line:
        line.settimeout(10)
        line.sendall(HANDSHAKE.format(host=server.address, cookie=cookie).encode())
        assert b"101 Switching Protocols" in line.recv(4096)
        try:
            for frame in frames:
                line.sendall(bytes.fromhex(frame))
            line.shutdown(socket.SHUT_WR)
            while line.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True


async def test_malformed_frames_end_their_own_line_only(
    server: Server, clinic: Clinic, cast: Cast
) -> None:
    cases = json.loads(shared("badinput/ws_malformed_frames.json").read_text())
    ada = await asyncio.to_thread(clinic.sign_in, server, cast.ada)
    async with live_at(server.address, ada.cookie) as good:
        for case in cases:
            assert await asyncio.to_thread(ends, server, ada.cookie, case["frames_hex"]), case["id"]
            await good.say(kind="ping")
            await good.hear("pong")

    assert "Traceback" not in server.log.read_text()
