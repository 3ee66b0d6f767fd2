"""Run the benchmark: `python -m tests.bench [--rounds 5] [--seconds 4] [--only sqlite]`.

The whole of it writes `docs/benchmarks.md`; `--only calendar` and `--only flood` write their
section of it. PostgreSQL and Redis are measured where PORTAL_TEST_DATABASE_URL and
PORTAL_TEST_REDIS_URL name them.
"""

import argparse
import asyncio
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import flood, load, report
from tests.bench.load import Cell, Seat
from tests.campaigns.portals import Portal, cookie
from tests.harness.processes import free_port
from tests.shared import ROOT

PAIRS = 32
IDLE = 2_000
EACH = 10  # sockets of one person, as many as the portal lets stand
Cells = dict[str, list[Cell]]
Works = dict[str, Callable[[], Awaitable[Cell]]]


def seats_of(portal: Portal, conversations: int = PAIRS) -> list[Seat]:
    """Conversations of a portal: the patient sends, the clinician receives."""
    return [
        Seat(cookie(row["patient"]), cookie(row["clinician"]), row["thread"])
        for row in portal.populate(conversations)
    ]


class Usual:
    """The usual build, in as many processes."""

    def __init__(self, engine: str, processes: int = 1) -> None:
        self.ports = [free_port() for _ in range(processes)]
        self._servers: list[subprocess.Popen[bytes]] = []
        for port in self.ports:
            again = ["again"] if self._servers else []
            self._servers.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.bench.usual", str(port), engine, *again],
                    cwd=ROOT,
                    stderr=subprocess.DEVNULL,
                )
            )
            _await_port(port)

    def stop(self) -> None:
        """It is gone."""
        for server in self._servers:
            server.kill()
            server.wait()


def _await_port(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("a server did not start")


async def rounds(count: int, works: Works) -> Cells:
    """Each work once in every round, in turn: drift of the machine hits all alike."""
    cells: dict[str, list[Cell]] = defaultdict(list)
    for number in range(count):
        for name, work in works.items():
            cells[name].append(await work())
            cell = cells[name][-1]
            print(f"  round {number + 1} {name}: {cell.rate:.0f}/s", flush=True)  # noqa: T201
    return cells


async def echoed(port: int, seconds: float) -> Cell:
    """The echo as a cell: a send is acknowledged by its echo."""
    waits = await load.echo(port, seconds)
    return Cell(len(waits) / seconds, waits, waits)


VARIANTS = {"portal": "", "normal": "tests.bench.variant", "bare": "tests.bench.variant"}


def embedded(count: int, seconds: float) -> Cells:
    """SQLite, one process: the portal, its variants, the usual build, the echo."""
    usual = Usual("sqlite")
    portals = {name: Portal(module=module) for name, module in VARIANTS.items()}
    works: Works = {"echo": lambda: echoed(usual.ports[0], seconds)}
    return measured(usual, portals, works, count, seconds)


def scaled(count: int, seconds: float) -> Cells:
    """PostgreSQL and Redis, sender and receiver in different processes."""
    database, redis = os.environ["PORTAL_TEST_DATABASE_URL"], os.environ["PORTAL_TEST_REDIS_URL"]
    os.environ["PORTAL_BENCH_DATABASE_URL"], os.environ["PORTAL_BENCH_REDIS_URL"] = database, redis
    portals = {
        name: Portal(database=database, redis=redis, processes=2, module=module)
        for name, module in VARIANTS.items()
        if name != "normal"
    }
    return measured(Usual("postgres", 2), portals, {}, count, seconds)


def measured(
    usual: Usual, portals: dict[str, Portal], works: Works, count: int, seconds: float
) -> Cells:
    """Every workload of these servers in turn, `count` rounds; the servers are gone afterwards."""
    with ExitStack() as stack:
        stack.callback(usual.stop)
        for number in (1, PAIRS):
            works[f"usual {number}"] = partial(load.usual_pairs, usual.ports, number, seconds)
        for name, portal in portals.items():
            portal.environment["BENCH_VARIANT"] = name
            stack.enter_context(portal)
            seats = seats_of(portal)
            portal.start_all()
            if name == "portal":
                works["portal 1"] = partial(load.portal_pairs, portal.ports, seats[:1], seconds)
            works[f"{name} {PAIRS}"] = partial(load.portal_pairs, portal.ports, seats, seconds)
        return asyncio.run(rounds(count, works))


def private_kib(pid: int) -> int:
    """Memory that only this process holds."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_"))


def idle_sockets(count: int, seconds: float) -> dict[str, float]:
    """Memory of an idle socket, and the wait of one pair among 2,000 of them."""
    with Portal() as portal:
        seats = seats_of(portal, IDLE // EACH // 2 + 1)
        portal.start()
        raw = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.usual", str(port := free_port()), "raw"], cwd=ROOT
        )
        try:
            _await_port(port)
            return asyncio.run(_idle(count, seconds, portal, seats, raw.pid, port))
        finally:
            raw.kill()
            raw.wait()


async def _idle(
    count: int, seconds: float, portal: Portal, seats: list[Seat], raw: int, port: int
) -> dict[str, float]:
    origin = f"http://127.0.0.1:{portal.ports[0]}"
    address = f"ws://127.0.0.1:{portal.ports[0]}/live/"
    pair = seats[:1]
    await load.portal_pairs(portal.ports, pair, seconds)
    quiet = [await load.portal_pairs(portal.ports, pair, seconds) for _ in range(count)]
    before = private_kib(portal.pid()), private_kib(raw)
    cookies = [who for seat in seats[1:] for who in (seat.sender, seat.receiver)] * EACH
    ours = await load.idle(address, origin, cookies[:IDLE])
    floor = await load.idle(f"ws://127.0.0.1:{port}/", "http://127.0.0.1", [""] * IDLE)
    await asyncio.sleep(2)
    after = private_kib(portal.pid()), private_kib(raw)
    busy = [await load.portal_pairs(portal.ports, pair, seconds) for _ in range(count)]
    for wire in [*ours, *floor]:
        await wire.close()
    return {
        "ours": (after[0] - before[0]) / len(ours),
        "floor": (after[1] - before[1]) / len(floor),
        "quiet": statistics.median(cell.p50("delivered") for cell in quiet),
        "busy": statistics.median(cell.p50("delivered") for cell in busy),
    }


def calendars(count: int) -> dict[str, dict[str, Any]]:
    """Searching and booking in a full clinic, on each engine that there is."""
    modes = {"SQLite": Portal()}
    if database := os.environ.get("PORTAL_TEST_DATABASE_URL"):
        redis = os.environ["PORTAL_TEST_REDIS_URL"]
        modes["PostgreSQL"] = Portal(database=database, redis=redis)
    told = {}
    for name, portal in modes.items():
        with portal:
            told[name] = json.loads(portal.run("-m", "tests.bench.calendar", str(count)))
    return told


def floods(count: int, seconds: float) -> dict[str, list[flood.Flooded]]:
    """What frames of other visits wait beside a flood, in each mode that there is."""
    modes: dict[str, dict[str, Any]] = {"SQLite, one process": {}}
    if database := os.environ.get("PORTAL_TEST_DATABASE_URL"):
        redis = os.environ["PORTAL_TEST_REDIS_URL"]
        scaled = {"database": database, "redis": redis, "processes": 2}
        modes["PostgreSQL and Redis, two processes"] = scaled
    found: dict[str, list[flood.Flooded]] = {}
    for name, given in modes.items():
        for _ in range(count):
            with Portal(**given) as portal:
                # The pace that pages are held to is part of what is measured.
                del portal.environment["PORTAL_SOCKET_PACE"]
                portal.start_all()
                found.setdefault(name, []).append(flood.flooded(portal, seconds))
    return found


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--only", choices=["sqlite", "postgres", "idle", "calendar", "flood"])
    given = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    found = report.Found()
    if given.only in {None, "sqlite"}:
        found.embedded = embedded(given.rounds, given.seconds)
    if given.only in {None, "idle"}:
        found.idle = idle_sockets(given.rounds, given.seconds)
    if given.only in {None, "calendar"}:
        found.calendars = calendars(given.rounds)
    if given.only in {None, "postgres"} and os.environ.get("PORTAL_TEST_DATABASE_URL"):
        found.scaled = scaled(given.rounds, given.seconds)
    if given.only in {None, "flood"}:
        found.floods = floods(given.rounds, given.seconds)
    page = Path(ROOT, "docs", "benchmarks.md")
    text = report.written(found, given.rounds, given.seconds)
    if given.only in {"calendar", "flood"}:
        old = page.read_text(encoding="utf-8")
        text = report.renewed(old, found, given.rounds, given.seconds)
    sys.stdout.write(text)
    if given.only in {None, "calendar", "flood"}:
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
