"""A relay on loopback, and as much of a TURN client as shows what it refuses (RFC 8656)."""

import base64
import hashlib
import hmac
import ipaddress
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.processes import free_port
from tests.shared import ROOT

CONFIGURATION = ROOT / "docs" / "turnserver.conf"
SECRET = "what the relay and the portal share"
ALLOCATE, PERMIT = 0x0003, 0x0008
COOKIE = 0x2112A442
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Relay:
    """coturn, with the configuration that we recommend."""

    port: int

    @property
    def url(self) -> str:
        """What a browser calls it."""
        return f"turn:127.0.0.1:{self.port}?transport=udp"


@contextmanager
def relay(folder: Path, *more: str) -> Iterator[Relay]:
    """It runs on loopback with these lines added, until the end."""
    port = free_port()
    lines = [
        *(line for line in CONFIGURATION.read_text().splitlines() if "listening-port" not in line),
        f"listening-port={port}",
        "listening-ip=127.0.0.1",
        "relay-ip=127.0.0.1",
        "relay-ip=::1",
        f"static-auth-secret={SECRET}",
        # There is no certificate on loopback; and whoever tests wants to know.
        "no-tls",
        "no-dtls",
        f"userdb={folder / 'turn.sqlite3'}",
        f"pidfile={folder / 'turn.pid'}",
        *more,
    ]
    path = folder / "turnserver.conf"
    path.write_text("\n".join(lines) + "\n")
    process = subprocess.Popen(
        ["turnserver", "-c", str(path)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _answers(port, process)
        yield Relay(port)
    finally:
        process.kill()
        process.wait()


def lacking() -> str:
    """Why there is no relay here, in a plain word; empty if there is."""
    return (
        "" if shutil.which("turnserver") else "there is no turnserver; Debian's package is coturn"
    )


def credentials(until: float, secret: str = SECRET) -> tuple[str, str]:
    """Name and password that hold until then, as the portal makes them."""
    name = f"{int(until)}:{os.urandom(6).hex()}"
    proof = hmac.digest(secret.encode(), name.encode(), "sha1")
    return name, base64.b64encode(proof).decode()


@dataclass
class Client:
    """One allocation at a relay."""

    relay: Relay
    name: str
    password: str
    family: int = 4
    _socket: socket.socket = field(init=False)
    _realm: bytes = b""
    _nonce: bytes = b""

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(("127.0.0.1", self.relay.port))

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Its socket is gone; the relay forgets it by itself."""
        self._socket.close()

    def allocate(self) -> int:
        """0 if there is a relayed address of this family now, else the error's code."""
        wanted = {0x0019: bytes([17, 0, 0, 0])}
        if self.family == 6:
            wanted[0x0017] = bytes([2, 0, 0, 0])
        code = self._ask(ALLOCATE, wanted)
        return self._ask(ALLOCATE, wanted) if code in {401, 438} else code

    def permit(self, address: str) -> int:
        """0 if packets to and from there would be relayed, else the error's code."""
        return self._ask(PERMIT, {0x0012: _peer(address, self._id)})

    @property
    def _id(self) -> bytes:
        return b"0123456789ab"

    def _ask(self, method: int, attributes: dict[int, bytes]) -> int:
        body = b"".join(_attribute(kind, value) for kind, value in attributes.items())
        if self._nonce:
            named = {0x0006: self.name.encode(), 0x0014: self._realm, 0x0015: self._nonce}
            body += b"".join(_attribute(kind, value) for kind, value in named.items())
            words = f"{self.name}:{self._realm.decode()}:{self.password}".encode()
            key = hashlib.md5(words, usedforsecurity=False).digest()
            head = struct.pack("!HHI", method, len(body) + 24, COOKIE) + self._id
            body += _attribute(0x0008, hmac.digest(key, head + body, "sha1"))
        head = struct.pack("!HHI", method, len(body), COOKIE) + self._id
        self._socket.send(head + body)
        answer = self._socket.recv(2048)
        found = dict(_attributes(answer[20:]))
        self._realm = found.get(0x0014, self._realm)
        self._nonce = found.get(0x0015, self._nonce)
        error = found.get(0x0009)
        return error[2] * 100 + error[3] if error else 0


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)


def _attributes(body: bytes) -> Iterator[tuple[int, bytes]]:
    while len(body) >= 4:
        kind, length = struct.unpack("!HH", body[:4])
        yield kind, body[4 : 4 + length]
        body = body[4 + length + (-length % 4) :]


def _peer(address: str, transaction: bytes) -> bytes:
    where = ipaddress.ip_address(address)
    mask = struct.pack("!I", COOKIE) + transaction
    hidden = bytes(a ^ b for a, b in zip(where.packed, mask, strict=False))
    port = 9 ^ (COOKIE >> 16)
    return struct.pack("!BBH", 0, 1 if where.version == 4 else 2, port) + hidden


def _answers(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    ask = struct.pack("!HHI", 0x0001, 0, COOKIE) + os.urandom(12)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.2)
        while time.monotonic() < end and process.poll() is None:
            try:
                probe.sendto(ask, ("127.0.0.1", port))
                probe.recv(2048)
            except OSError:
                continue
            return
    raise AssertionError("the relay does not answer")
