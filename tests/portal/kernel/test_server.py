"""The server's own limits, over TCP: what Daphne would take in, hold or believe."""

import asyncio
import socket
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import UUID

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side

from portal.kernel.server import FORM, _text_frame
from tests.cast import Cast
from tests.harness.canary import spoken
from tests.harness.live import live_at, topic_of
from tests.harness.processes import Server
from tests.harness.server import Clinic

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MIB = 1024 * 1024
HANDSHAKE = (
    "GET /live/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def memory_of(server: Server) -> int:
    """How many bytes of memory the process holds."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def spoken_to(server: Server, head: str, body: bytes = b"", *, times: int = 1) -> bytes:
    """The first of what the server answers to these bytes."""
    with closing(socket.create_connection(("127.0.0.1", server.port), 10)) as line:
        try:
            line.sendall(head.format(host=server.address).encode("latin-1"))
            for _ in range(times):
                line.sendall(body)
        except OSError:
            pass  # it hung up on us: the answer is still there to be read
        try:
            return line.recv(4096)
        except ConnectionResetError:
            return b"reset"


@pytest.mark.parametrize(
    ("framing", "chunk"),
    [
        (f"Content-Length: {200 * MIB}", b"a" * MIB),
        ("Transfer-Encoding: chunked", b"100000\r\n" + b"a" * MIB + b"\r\n"),
    ],
)
def test_a_huge_form_of_a_stranger_is_not_taken_in(server: Server, framing: str, chunk: bytes):
    before = memory_of(server)

    answer = spoken_to(
        server,
        "POST /sign-in/ HTTP/1.1\r\nHost: {host}\r\n" + framing + "\r\n\r\n",
        chunk,
        times=50,
    )

    assert answer == b"reset" or b" 413 " in answer.partition(b"\r\n")[0]
    assert memory_of(server) - before < 20 * MIB
    assert server.browser().get("/healthz").status == 200


def test_a_form_that_is_only_too_long_gets_a_page_that_says_so(server: Server):
    body = b"a" * (FORM - 1024)
    head = (
        "POST /sign-in/ HTTP/1.1\r\nHost: {host}\r\nCookie: csrf=x\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )

    answer = spoken_to(server, head, body)

    assert b" 403 " in answer.partition(b"\r\n")[0] or b" 413 " in answer.partition(b"\r\n")[0]
    assert b"X-Request-Id" in answer


def test_hundreds_of_slow_lines_leave_room_for_everybody_else(server: Server):
    head = "POST /sign-in/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\n"
    half = "GET /sign-in/ HTTP/1.1\r\nHost: {host}\r\nX-Slow: "
    before = memory_of(server)
    with ExitStack() as lines:
        slow = [
            lines.enter_context(closing(socket.create_connection(("127.0.0.1", server.port), 10)))
            for _ in range(400)
        ]
        for number, line in enumerate(slow):
            line.sendall((head, half)[number % 2].format(host=server.address).encode())
        for _ in range(3):
            for line in slow:
                line.sendall(b"a")
            assert server.browser().get("/sign-in/").status == 200

    assert memory_of(server) - before < 40 * MIB


def test_no_client_says_under_which_path_the_portal_stands(server: Server):
    head = "GET /threads/ HTTP/1.1\r\nHost: {host}\r\nDaphne-Root-Path: //evil.example\r\n\r\n"

    answer = spoken_to(server, head)

    assert b"evil" not in answer
    assert b"Location: /sign-in/" in answer


@pytest.mark.parametrize(
    ("path", "extra"), [("/x/", ""), ("/live/", "Sec-WebSocket-Protocol: \xff\r\n")]
)
def test_a_strangers_handshake_is_refused_without_a_trace(server: Server, path: str, extra: str):
    head = HANDSHAKE.replace("/live/", path).replace("\r\n\r\n", "\r\n" + extra + "\r\n")

    answer = spoken_to(server, head)

    assert answer.startswith(b"HTTP/1.1 403"), answer[:80]
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize("byte", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\r", "\n"])
def test_bytes_that_split_headers_for_some_are_refused(server: Server, byte: str):
    """What one parser takes for the end of a line and the next one does not is nobody's Origin."""
    smuggled = f"X-Note: a{byte}Origin: http://{{host}}\r\n"
    head = HANDSHAKE.replace("Origin: http://{host}\r\n", smuggled)

    answer = spoken_to(server, head)

    assert answer.partition(b"\r\n")[0].split()[1:2] in ([b"400"], [b"403"]) or answer in {
        b"",
        b"reset",
    }
    assert "Traceback" not in server.log.read_text()
    assert server.browser().get("/healthz").status == 200


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_frame_reads_as_what_was_sent_for_a_reader_that_is_not_ours(size: int):
    text = "é" * (size // 2) + "e" * (size % 2)
    reader = Protocol(Side.CLIENT, max_size=None)

    reader.receive_data(_text_frame(text.encode()))

    (frame,) = reader.events_received()
    assert isinstance(frame, Frame)
    assert (frame.opcode, frame.fin, bytes(frame.data).decode()) == (Opcode.TEXT, True, text)


async def told(clinic: Clinic, cast: Cast, *texts: str) -> list[str]:
    """What a page is told that follows a thread in which Ada wrote these."""
    clinic.environment["PORTAL_SOCKET_PACE"] = "1000/60000"
    with clinic.server() as server:
        cookie = (await asyncio.to_thread(clinic.sign_in, server, cast.ada)).cookie
        async with live_at(server.address, cookie) as page:
            opened = await page.do(
                "messaging.open",
                patient=cast.ada_record,
                topic=spoken("Long"),
                text=spoken("Begin"),
            )
            for text in texts:
                await page.do("messaging.reply", thread=opened["thread"], text=text)
            topic = topic_of(UUID(opened["thread"]))
            await page.follow(topic)
            items = await page.items(topic, upto=1 + len(texts))
    return [item["text"] for item in items[1:]]


async def test_much_news_reaches_a_page_over_the_wire(clinic: Clinic, cast: Cast):
    """A page may say 64 KiB at once; what it is told may be more."""
    long = spoken("\N{GRINNING FACE}" * 4_500)

    assert await told(clinic, cast, *[long] * 70) == [long] * 70


async def test_a_message_that_grows_when_it_is_shown_still_arrives(clinic: Clinic, cast: Cast):
    """One message of signs that are shown by name is larger than what a page may say at once."""
    (shown,) = await told(clinic, cast, spoken("\u202e" * 9_900))

    assert shown.count("⟨RLO⟩") == 9_900


def test_a_page_that_reads_nothing_is_cut_off(clinic: Clinic, server: Server, cast: Cast):
    """Each ping is answered; answers that nobody fetches would pile up for ever."""
    cookie = clinic.sign_in(server, cast.ada).cookie
    head = HANDSHAKE.replace("Upgrade:", f"Cookie: {cookie}\r\nUpgrade:", 1)
    ping = b"\x89\xfd\0\0\0\0" + b"x" * 125
    with closing(socket.socket()) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(30)
        line.connect(("127.0.0.1", server.port))
        line.sendall(head.format(host=server.address).encode("latin-1"))
        assert line.recv(12) == b"HTTP/1.1 101"
        with pytest.raises(ConnectionError):
            for _ in range(400):
                line.sendall(ping * 1000)
