"""No test talks to the world: only loopback and sockets of this machine."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any


class WorldReached(AssertionError):
    """A test tried to leave this machine."""


def is_near(address: Any) -> bool:
    """True for a path on this machine or a loopback address."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def block() -> None:
    """From now on, for this process: connecting or looking up names beyond loopback fails."""
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    look_up = socket.getaddrinfo

    def near_only(host: Any, *args: Any, **kwargs: Any) -> Any:
        text = host.decode() if isinstance(host, bytes) else host
        if text is not None and not is_near((text,)):
            raise WorldReached(f"a name of the outside world was looked up: {text}")
        return look_up(host, *args, **kwargs)

    socket.getaddrinfo = near_only


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def near_only(self: socket.socket, address: Any) -> Any:
        if not is_near(address):
            raise WorldReached(f"a test connects to {address!r}")
        return connect(self, address)

    return near_only
