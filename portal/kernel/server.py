"""Daphne, with the limits that it lacks: on forms, and on what a page leaves unread.

Daphne takes in the whole of a request before anybody may refuse it, and puts all of it into memory;
its only limit on sockets also holds for what we send; and it believes whoever names its root path.
"""

from typing import Any

import daphne.server
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

FRAME = 64 * 1024 + 1024
"""What a page may say at once."""
FORM = 1024 * 1024
"""More than any form of ours; up to here Django answers with a page that says so."""
UNREAD = 8 * 1024 * 1024
"""What is kept for one page that does not read: a full window of frames."""
_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Request(WebRequest):
    """A request whose body has a limit, told before it is taken in if its length is known."""

    refused = False
    taken = 0

    def gotLength(self, length: int | None) -> None:  # noqa: N802 (Twisted's name)
        """The headers are in."""
        super().gotLength(0 if length and length > FORM else length)  # type: ignore[no-untyped-call]
        if length is not None and length > FORM:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """A piece of the body is in."""
        self.taken += len(data)
        if self.taken > FORM:
            self._refuse()
        if not self.refused:
            super().handleContentChunk(data)  # type: ignore[no-untyped-call]

    def requestReceived(self, *line: bytes) -> None:  # noqa: N802
        """All of the request is in."""
        if not self.refused:
            super().requestReceived(*line)  # type: ignore[no-untyped-call]

    def process(self) -> Any:
        """Hand it to the application. What stands before the paths is not for clients to say."""
        self.requestHeaders.removeHeader(b"daphne-root-path")
        return super().process()

    def _refuse(self) -> None:
        if not self.refused:
            self.refused = True
            channel: Any = self.channel
            channel.transport.write(_TOO_LARGE)
            channel.loseConnection()


class Requests(HTTPFactory):
    """Connections whose requests are ours."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        """The protocol of a new connection."""
        protocol = super().buildProtocol(addr)  # type: ignore[no-untyped-call]
        protocol.requestFactory = Request
        return protocol


class Line(WebSocketProtocol):
    """A page's line. The limit on frames holds for what comes in, and nobody stays unread."""

    def onConnect(self, request: Any) -> Any:  # noqa: N802
        """A handshake. No subprotocol is spoken here; Daphne stumbles over odd names of them."""
        request.headers.pop("sec-websocket-protocol", None)
        return super().onConnect(request)  # type: ignore[no-untyped-call]

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: FBT001, FBT002, N802
        """The frame is on its way. `sendMessage` would refuse it for the limit on what comes in."""
        if self.state == self.STATE_OPEN:
            self._write(_text_frame(content.encode()))
            self._cut_off_who_reads_nothing()

    def _write(self, data: bytes) -> None:
        """At once, where nothing waits before it: Twisted asks the loop twice for every write."""
        line: Any = self.transport
        write_some = getattr(line, "writeSomeData", None)  # what TLS wraps has none
        if write_some and not (line.dataBuffer or line._tempDataBuffer or line.disconnecting):
            sent = write_some(data)
            data = data[sent:] if isinstance(sent, int) and sent >= 0 else data
        if data:
            line.write(data)

    def sendFrame(self, *args: Any, **kwargs: Any) -> None:  # noqa: N802
        """A frame, be it news or the answer to a ping. Who reads none of them is cut off."""
        super().sendFrame(*args, **kwargs)
        self._cut_off_who_reads_nothing()

    def _cut_off_who_reads_nothing(self) -> None:
        line: Any = self.transport
        held = len(getattr(line, "dataBuffer", b"")) + getattr(line, "_tempDataLen", 0)
        if held > UNREAD:
            line.abortConnection()


def _text_frame(payload: bytes) -> bytes:
    """A whole text message, as a server sends it: unmasked (RFC 6455 §5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class Lines(WebSocketFactory):
    """Sockets whose lines are ours."""

    protocol = Line


class Server(daphne.server.Server):
    """Daphne, with these requests and lines."""

    def __init__(self, application: Any, **options: Any) -> None:
        # Daphne makes its factories by these names and offers no other way to choose them.
        vars(daphne.server).update(HTTPFactory=Requests, WebSocketFactory=Lines)
        super().__init__(  # type: ignore[no-untyped-call]
            application,
            websocket_max_frame_size=FRAME,
            websocket_max_message_size=FRAME,
            **options,
        )

    def run(self) -> None:
        """Serve until a signal says to stop."""
        super().run()  # type: ignore[no-untyped-call]
