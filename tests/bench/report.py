"""The table: each goal as the median of ratios taken round by round."""

import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.flood import Flooded
from tests.bench.load import Cell

HEAD = """# Benchmarks

`make bench` measures and writes this page. Ratios are taken round by round, ours and the floor's
in turn on the same machine, and the median is given with the range; absolute figures move by half
from day to day. The load client, the servers and the databases share the machine. Messages have
500 characters; N is the number of conversations, each a sender that waits for the acknowledgement
before it sends again, and a receiver.

*Usual* is the usual Channels build of the same path (`tests/bench/usual`): membership check,
AES-GCM, message row, hash-chained audit row with a locked head, `group_send` of the text, stock
layers, two hops to threads. It does less: no session, no role, no window, no re-reading by the
receiver's own right, no Merkle tree, no idempotency.
"""
TAIL = """## What falls short, and why

A send costs the server about 1.1 ms of one core, delivery included, against about 3.8 ms of the
usual build, and a process has one core's worth of Python. By a sampling profile at N=32 (samples
that hold the interpreter's lock) 58 % of it is the event loop: Daphne, Twisted and the WebSocket
library for three frames, and our own tasks; 23 % the thread that writes: the action, the entry,
the tree, the commit; 15 % the receiver's own re-reading. So goal 5 stops where the server does, not
where the database does: the door alone settles more than ten thousand small actions a second.

Goal 4 pays, beside the echo, for a durable commit, two changes of thread and the re-read. Goal 6
on SQLite is short because what it is compared with has become cheaper: a reply without seals and
entries is two statements. The way on: another ASGI server, and fewer tasks for each frame.
"""


@dataclass
class Found:
    """What was measured."""

    embedded: Mapping[str, Sequence[Cell]] = field(default_factory=dict)
    scaled: Mapping[str, Sequence[Cell]] = field(default_factory=dict)
    idle: Mapping[str, float] = field(default_factory=dict)
    calendars: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What `tests.bench.calendar` printed, by engine."""
    floods: Mapping[str, Sequence[Flooded]] = field(default_factory=dict)
    """What `tests.bench.flood` measured, by mode."""


def written(found: Found, rounds: int, seconds: float) -> str:
    """The page."""
    lines = [HEAD, _run(rounds, seconds), "", *_TABLE, *_goals(found), ""]
    for title, cells in (("SQLite, one process", found.embedded), (_TWO, found.scaled)):
        if cells:
            lines += [f"## {title}", "", *_table(cells), ""]
    if found.idle:
        idle = found.idle
        lines += [
            f"One idle signed-in socket holds {idle['ours']:.1f} KiB, one of the bare library "
            f"{idle['floor']:.1f} KiB. One pair waits {idle['quiet']:.2f} ms from send to delivery "
            f"alone, {idle['busy']:.2f} ms among 2,000 idle sockets.",
            "",
        ]
    return renewed("\n".join([*lines, TAIL]), found, rounds, seconds)


def renewed(page: str, found: Found, rounds: int, seconds: float) -> str:
    """The page with those of its later sections that were measured now; the others stay."""
    made = {
        "A full clinic": [
            row for each in found.calendars.items() for row in _calendar_goals(*each)
        ],
        "Other visits beside a flood": [
            row for each in found.floods.items() for row in _flood_goals(*each)
        ],
    }
    for title, rows in made.items():
        if rows:
            lines = [
                f"## {title}",
                "",
                _WORDS[title],
                "",
                _run(rounds, seconds),
                "",
                *_TABLE,
                *rows,
            ]
            page = _put(page, f"## {title}\n", "\n".join([*lines, "", ""]))
    return page


def _put(page: str, heading: str, section: str) -> str:
    """The section in its place, or ahead of the words that end the page."""
    before, found, after = page.partition(heading)
    if found:
        _old, mark, rest = after.partition("\n## ")
        return before + section + mark.removeprefix("\n") + rest
    before, mark, rest = page.partition("## What falls short")
    return before + section + mark + rest


def _run(rounds: int, seconds: float) -> str:
    return f"This run: {rounds} rounds of {seconds:g} s on {_machine()}."


_TABLE = ("| goal | ratio | measured | goal met |", "|---|---|---|---|")
_WORDS = {
    "A full clinic": (
        "Two hundred clinicians in four zones, sixty days across a change of clocks, every second "
        "half hour booked\n(`tests/bench/calendar.py`). *Fetching* reads every busy row and does "
        "nothing with it."
    ),
    "Other visits beside a flood": (
        "One seat says a thousand things a second and comes back when it is shut out; both seats "
        "of two other\nvisits say five a second (`tests/bench/flood.py`). From the send of a frame "
        "to its arrival at the seat opposite,\nin milliseconds."
    ),
}
_TWO = "PostgreSQL and Redis, sender and receiver in different processes"


def _machine() -> str:
    import os

    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


AT_LEAST, AT_MOST = "at least", "at most"
# Goal, words, which measurement, ours, the floor, and the bound.
GOALS: tuple[tuple[str, str, str, str, str, str, float], ...] = (
    ("4", "send to delivery over an echo, N=1, SQLite", "embedded", "portal 1", "echo", AT_MOST, 3),
    (
        "5",
        "sends over the usual build, N=32, SQLite",
        "embedded",
        "portal 32",
        "usual 32",
        AT_LEAST,
        12,
    ),
    (
        "6",
        "sealed and recorded over neither, SQLite",
        "embedded",
        "portal 32",
        "bare 32",
        AT_LEAST,
        0.75,
    ),
    (
        "7",
        "synchronous FULL over NORMAL, N=32",
        "embedded",
        "portal 32",
        "normal 32",
        AT_LEAST,
        0.9,
    ),
    (
        "5",
        "sends over the usual build, N=32, PostgreSQL",
        "scaled",
        "portal 32",
        "usual 32",
        AT_LEAST,
        8,
    ),
    (
        "6",
        "sealed and recorded over neither, PostgreSQL",
        "scaled",
        "portal 32",
        "bare 32",
        AT_LEAST,
        0.65,
    ),
)


def _goals(found: Found) -> list[str]:
    rows: list[str] = []
    for number, words, which, ours, floor, bound, limit in GOALS:
        cells: Mapping[str, Sequence[Cell]] = getattr(found, which)
        if cells:
            compare = _waits if floor == "echo" else _rates
            rows.append(_row(number, words, compare(cells[ours], cells[floor]), bound, limit))
    if found.idle:
        idle = found.idle
        wait, memory = idle["busy"] / idle["quiet"], idle["ours"] / idle["floor"]
        rows += [
            _row("11", "a pair's wait among 2,000 idle sockets over alone", [wait], AT_MOST, 1.5),
            _row("12", "an idle signed-in socket over a bare one, memory", [memory], AT_MOST, 2.2),
        ]
    return rows


def _calendar_goals(engine: str, told: Mapping[str, Any]) -> list[str]:
    def over(name: str) -> list[float]:
        return [a / b for a, b in zip(told[name], told["floor"], strict=True)]

    hot, wide = told["hot"], told["wide"]
    naive = [told["naive"] / each for each in told["warm"]]
    size = "200 clinicians, 60 days"
    bound = round(2 * wide["p95"] + 0.25, 2)
    words = f"{engine}: 32 threads want the same times; {hot['attempts']:.0f} attempts a second"
    return [
        _row("13", f"{engine}: {size}, warm, over fetching", over("engine"), AT_MOST, 0.02),
        _row("13", f"{engine}: the same, rights included", over("warm"), AT_MOST, 0.02),
        _row("14", f"{engine}: the same, cold", over("cold"), AT_MOST, 2),
        _row("15", f"{engine}: asking about every slot over it (x100)", naive, AT_LEAST, 10_000),
        _row("16", f"{words}, overlaps and deadlocks", [_doubled(hot, wide)], AT_MOST, 0),
        _row("16", f"{engine}: the longest wait there, seconds", [hot["worst"]], AT_MOST, bound),
    ]


def _flood_goals(mode: str, runs: Sequence[Flooded]) -> list[str]:
    def of(which: str, part: float) -> list[float]:
        return [getattr(run, which).at(part) for run in runs]

    n = sum(len(run.beside.waits) for run in runs)
    lost = [float(run.beside.lost) for run in runs]
    shut = statistics.median(run.shut_out for run in runs)
    return [
        _row("V1", f"{mode}: alone, the wait of 99 in 100", of("alone", 0.99), AT_MOST, 250),
        _row("V1", f"{mode}: beside the flood, of half", of("beside", 0.5), AT_MOST, 250),
        _row("V1", f"{mode}: of 99 in 100 ({n} frames)", of("beside", 0.99), AT_MOST, 250),
        _row("V1", f"{mode}: frames lost (the flood shut out {shut:.0f} times)", lost, AT_MOST, 0),
    ]


def _doubled(*crowds: Mapping[str, float]) -> float:
    return sum(crowd["overlaps"] + crowd["deadlocks"] for crowd in crowds)


def _rates(ours: Sequence[Cell], floor: Sequence[Cell]) -> list[float]:
    return [one.rate / other.rate for one, other in zip(ours, floor, strict=True)]


def _waits(ours: Sequence[Cell], floor: Sequence[Cell]) -> list[float]:
    pairs = zip(ours, floor, strict=True)
    return [one.p50("delivered") / other.p50("acknowledged") for one, other in pairs]


def _row(number: str, words: str, ratios: Sequence[float], bound: str, limit: float) -> str:
    middle = statistics.median(ratios)
    met = middle >= limit if bound == AT_LEAST else middle <= limit
    span = f"{middle:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    return f"| {number} | {words}: {bound} {limit:g} | {span} | {'yes' if met else 'no'} |"


def _table(cells: Mapping[str, Sequence[Cell]]) -> list[str]:
    lines = [
        "| | sends a second | acknowledged p50 / p95 ms | delivered p50 / p95 ms |",
        "|---|---|---|---|",
    ]
    for name, several in cells.items():
        rate = statistics.median(cell.rate for cell in several)
        waits = [
            f"{statistics.median(cell.p50(which) for cell in several):.2f} / "
            f"{statistics.median(cell.p95(which) for cell in several):.2f}"
            for which in ("acknowledged", "delivered")
        ]
        lines.append(f"| {name} | {rate:.0f} | {waits[0]} | {waits[1]} |")
    return lines
