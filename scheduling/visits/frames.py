"""What two seats may say to each other while they set up a call: pure, strict, capped.

The server relays a frame and never acts on it. It is checked all the same: what is passed on must
be short, of a known kind, and of the grammar that a browser reads (RFC 8866, RFC 8839).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

MOST_SDP = 32 * 1024
MOST_LINE = 4 * 1024
MOST_LINES = 1_000
MOST_MEDIA = 40
MOST_CANDIDATE = 1024
MOST_MID = 64
MOST_FRAMES = 600
"""How many frames one seat may send in one epoch."""
MOST_NUMBER = 2**31 - 1

_LINE = re.compile(r"[a-z]=[^\x00-\x08\x0a-\x1f\x7f]*")
_CANDIDATE = re.compile(r"(?:a=)?candidate:[\x21-\x7e]+(?: [\x21-\x7e]+){5,60} ?", re.ASCII)
_TOKEN = re.compile(r"[\x21-\x7e]*", re.ASCII)


class FrameRefused(Exception):
    """Not a frame that is passed on."""


@dataclass(frozen=True, slots=True, repr=False)
class Description:
    """An offer or an answer."""

    kind: str
    sdp: str


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """One way on which a seat may be reached; an empty one says that there are no more."""

    kind: str
    candidate: str
    mid: str
    line: int


@dataclass(frozen=True, slots=True)
class Restart:
    """The sender asks for a fresh start of the connection."""

    kind: str


@dataclass(frozen=True, slots=True)
class Media:
    """What the sender has switched on. `screen` is the line on which a screen comes, if any."""

    kind: str
    microphone: bool
    camera: bool
    screen: str


Frame = Description | Candidate | Restart | Media


def parse(signal: Any) -> Frame:
    """The frame that this JSON value is. Raises FrameRefused for anything else."""
    if not isinstance(signal, Mapping):
        raise FrameRefused("shape")
    kind = signal.get("kind")
    made, fields = _KINDS.get(kind, (None, {})) if isinstance(kind, str) else (None, {})
    if made is None or signal.keys() != {"kind", *fields}:
        raise FrameRefused("kind")
    for name, is_right in fields.items():
        if not is_right(signal[name]):
            raise FrameRefused(name)
    return made(**signal)


def as_signal(frame: Frame) -> dict[str, Any]:
    """The frame as the JSON value that the other seat gets."""
    return asdict(frame)


def _is_sdp(value: Any) -> bool:
    """True for a text of lines such as `a=...`, of which the first is `v=0`."""
    if not isinstance(value, str) or not _fits(value, MOST_SDP):
        return False
    lines = value.replace("\r\n", "\n").removesuffix("\n").split("\n")
    return (
        lines[0] == "v=0"
        and len(lines) <= MOST_LINES
        and sum(line.startswith("m=") for line in lines) <= MOST_MEDIA
        and all(len(line) <= MOST_LINE and _LINE.fullmatch(line) for line in lines)
    )


def _is_candidate(value: Any) -> bool:
    if not isinstance(value, str) or not _fits(value, MOST_CANDIDATE):
        return False
    return not value or _CANDIDATE.fullmatch(value) is not None


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MOST_MID and bool(_TOKEN.fullmatch(value))


def _is_line_number(value: Any) -> bool:
    return type(value) is int and -1 <= value < MOST_MEDIA  # bool is an int, too


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _fits(value: str, most: int) -> bool:
    # Never more bytes than four for each character, and half a surrogate pair is no text.
    if len(value) > most:
        return False
    try:
        return len(value.encode()) <= most
    except UnicodeEncodeError:
        return False


_SDP = {"sdp": _is_sdp}
_KINDS: Mapping[str, tuple[Callable[..., Frame], Mapping[str, Callable[[Any], bool]]]] = {
    "offer": (Description, _SDP),
    "answer": (Description, _SDP),
    "candidate": (
        Candidate,
        {"candidate": _is_candidate, "mid": _is_token, "line": _is_line_number},
    ),
    "restart": (Restart, {}),
    "media": (Media, {"microphone": _is_flag, "camera": _is_flag, "screen": _is_token}),
}
