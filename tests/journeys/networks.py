"""Two homes and a road between them: network namespaces, so that a path can be cut for real.

    patient 10.77.1.2 ── 10.77.1.1 ┐
                                   road (forwards; the portal is at 10.77.0.1)
    clinic  10.77.2.2 ── 10.77.2.1 ┘

The portal itself listens on loopback, outside; a door in the road's namespace hands connections to
it. Needs root and iproute2; nothing outside of the namespaces changes, and what a killed run left
is tidied up by the next.
"""

import contextlib
import ctypes
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

CLONE_NEWNET = 0x40000000
STEM = "portal-journey"
PORTAL = "10.77.0.1"

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Home:
    """One side's namespace, its two networks and its browser."""

    space: str
    road: str
    number: int
    program: Path
    """Chromium, started inside."""

    def address(self, network: int = 0) -> str:
        """Its address in one of its networks."""
        return f"10.77.{self.number + 10 * network}.2"

    def gate(self, network: int) -> str:
        """Where that network leaves the house."""
        return f"10.77.{self.number + 10 * network}.1"

    def reached_by(self, network: int) -> None:
        """It is in this network and no other: the cable, or the telephone."""
        other = f"net{1 - network}"
        _ip("-n", self.space, "link", "set", other, "down")
        _ip("-n", self.space, "link", "set", f"net{network}", "up")
        _ip("-n", self.space, "route", "replace", "default", "via", self.gate(network))

    def unplug(self) -> None:
        """Packets vanish behind its gate; nothing on this side tells it so."""
        for network in (0, 1):
            cable = self._cable(network)
            _ip("-n", self.road, "rule", "add", "iif", cable, "blackhole")
            _ip("-n", self.road, "addr", "flush", "dev", cable)

    def plug_in(self) -> None:
        """They arrive again."""
        for network in (0, 1):
            cable, gate = self._cable(network), f"{self.gate(network)}/24"
            _ip("-n", self.road, "addr", "replace", gate, "dev", cable)
            while f"iif {cable} " in _ip("-n", self.road, "rule", "list"):
                _ip("-n", self.road, "rule", "del", "iif", cable, "blackhole")

    def _cable(self, network: int) -> str:
        return f"gate{self.number}{network}"


@dataclass(frozen=True, slots=True)
class Road:
    """What lies between two homes."""

    space: str
    patient: Home
    clinic: Home

    def block(self) -> None:
        """Nothing passes between the homes, and nobody is told; both still reach the portal."""
        _forward(self.space, "0")

    def open(self) -> None:
        """Everything passes again."""
        _forward(self.space, "1")

    def mend(self) -> None:
        """All is as it was in the beginning."""
        self.open()
        for home in (self.patient, self.clinic):
            home.plug_in()
            home.reached_by(0)


def lacking() -> str:
    """Why there are no namespaces here, in a plain word; empty if there are."""
    if os.geteuid():
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "there is no `ip`; Debian's package is `iproute2`"
    try:
        _ip("netns", "add", f"{STEM}-{os.getpid()}-try")
        _ip("netns", "del", f"{STEM}-{os.getpid()}-try")
    except subprocess.CalledProcessError as error:
        return f"network namespaces cannot be made here: {error.stderr.strip()}"
    return ""


@contextmanager
def road(folder: Path, chromium: Path, port: int) -> Iterator[Road]:
    """Both homes, and the portal of this port at the address between them."""
    _tidy()
    stem = f"{STEM}-{os.getpid()}"
    space = f"{stem}-road"
    spaces = [space, f"{stem}-patient", f"{stem}-clinic"]
    try:
        for each in spaces:
            _ip("netns", "add", each)
            _ip("-n", each, "link", "set", "lo", "up")
        _ip("-n", space, "addr", "add", f"{PORTAL}/32", "dev", "lo")
        _forward(space, "1")
        homes = [
            _home(each, space, number, folder, chromium)
            for number, each in enumerate(spaces[1:], start=1)
        ]
        with _door(space, port):
            yield Road(space, *homes)
    finally:
        for each in spaces:
            _remove(each)


def _home(space: str, road: str, number: int, folder: Path, chromium: Path) -> Home:
    program = folder / f"chromium-{number}"
    program.write_text(f'#!/bin/sh\nexec ip netns exec {space} {chromium} "$@"\n')
    program.chmod(0o755)
    home = Home(space, road, number, program)
    for network in (0, 1):
        inner, gate = f"net{network}", f"gate{number}{network}"
        peer = ["peer", "name", gate, "netns", road]
        _ip("-n", space, "link", "add", inner, "type", "veth", *peer)
        _ip("-n", space, "addr", "add", f"{home.address(network)}/24", "dev", inner)
        _ip("-n", road, "link", "set", gate, "up")
        _ip("-n", road, "addr", "add", f"{home.gate(network)}/24", "dev", gate)
    home.reached_by(0)
    return home


@contextmanager
def _door(space: str, port: int) -> Iterator[None]:
    """What connects to the portal's address on the road reaches the portal on loopback."""
    listening = _within(space, lambda: socket.create_server((PORTAL, port)))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = listening.accept()[0], socket.create_connection(("127.0.0.1", port))
                threading.Thread(target=_carry, args=(near, far), daemon=True).start()

    threading.Thread(target=accept, name="door", daemon=True).start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _carry(near: socket.socket, far: socket.socket) -> None:
    """Both ways, until either side ends."""
    with near, far:
        back = threading.Thread(target=_pump, args=(far, near), daemon=True)
        back.start()
        _pump(near, far)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """What comes here goes there; when one of them ends, both do."""
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _forward(space: str, answer: str) -> None:
    _within(space, lambda: Path("/proc/sys/net/ipv4/ip_forward").write_text(answer))


def _within(space: str, make: Callable[[], Made]) -> Made:
    """What was made by a thread that stood in this namespace; a socket stays there."""
    made: list[Made] = []
    libc = ctypes.CDLL(None, use_errno=True)

    def enter() -> None:
        with Path(f"/run/netns/{space}").open() as place:
            if libc.setns(place.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        made.append(make())

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    return made[0]


def _tidy() -> None:
    """What runs that are no more left behind is gone."""
    for name in _ip("netns", "list").split():
        left = re.fullmatch(rf"{STEM}-(\d+)-\w+", name)
        if left and not Path(f"/proc/{left[1]}").exists():
            _remove(name)


def _remove(space: str) -> None:
    """Nothing runs in it any more, and it is gone with its cables."""
    with contextlib.suppress(subprocess.CalledProcessError):
        for process in _ip("netns", "pids", space).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), 9)
        _ip("netns", "del", space)


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=True)
    return done.stdout
