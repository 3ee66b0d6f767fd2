"""What a page may say over its socket: pure, strict, capped."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal.kernel.ids import parse_id

MAX_BYTES = 64 * 1024
MAX_DEPTH = 16
MAX_INT = 2**53


class FrameRefused(Exception):
    """Not a frame of this protocol."""


class FrameTooLarge(FrameRefused):
    """More bytes than a frame may have."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Send everything of the topic after this sequence, and what comes."""

    topic: str
    after: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Stop sending the topic."""

    topic: str


@dataclass(frozen=True, slots=True)
class Do:
    """Carry out a command, once, however often this id arrives."""

    command: str
    id: UUID
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """Every frame up to this number has been taken in."""

    n: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there?"""


Frame = Follow | Leave | Do | Seen | Ping


def parse(text: str) -> Frame:
    """The frame this text holds. Raises FrameRefused for anything else."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise FrameTooLarge
    fields = _strict(text)
    kind = fields.pop("kind", None)
    match kind, sorted(fields):
        case "follow", ["after", "topic"]:
            return Follow(_text(fields["topic"], 100), _count(fields["after"]))
        case "leave", ["topic"]:
            return Leave(_text(fields["topic"], 100))
        case "do", ["body", "command", "id"]:
            body = fields["body"]
            if not isinstance(body, dict):
                raise FrameRefused("body")
            return Do(_text(fields["command"], 100), _id(fields["id"]), body)
        case "seen", ["n"]:
            return Seen(_count(fields["n"]))
        case "ping", []:
            return Ping()
    raise FrameRefused("kind")


def _strict(text: str) -> dict[str, Any]:
    """The JSON object: no NaN, no key twice, no great depth, whole numbers below 2^53."""
    # Checked before parsing: a deep text would exhaust the parser's own stack.
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise FrameRefused("depth")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=_refuse,
            parse_int=_whole,
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        raise FrameRefused("json") from None
    if not isinstance(value, dict):
        raise FrameRefused("object")
    return value


def _depth(text: str) -> int:
    """The deepest nesting, counted outside of strings."""
    deepest = depth = 0
    quoted = escaped = False
    for char in text:
        if quoted:
            quoted = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            quoted, escaped = True, False
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise FrameRefused("key twice")
    return fields


def _refuse(_: str) -> Any:
    raise FrameRefused("number")


def _whole(digits: str) -> int:
    if len(digits) > 17 or abs(value := int(digits)) >= MAX_INT:
        raise FrameRefused("number")
    return value


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= most:
        raise FrameRefused("text")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:  # bool is an int, too
        raise FrameRefused("count")
    return value


def _id(value: Any) -> UUID:
    try:
        return parse_id(value)
    except ValueError:
        raise FrameRefused("id") from None
