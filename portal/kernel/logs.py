"""How a log line is written: one line an event, no content, nothing that could be taken for a line.

A fault is told by its type and the places that it passed, never by its words, its variables or a
statement's parameters: those are where content would be. Characters that end a line, colour a
terminal or turn the reading direction are written as escapes.
"""

import json
import logging
import re
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.utils import OperationalError

from portal.kernel import trace
from portal.kernel.redact import NoKeys, without_keys

MOST = 4000
DEEPEST = 30
PATH = re.compile(r"(?<![\w/])/[^\s\"'?]*[0-9a-f]{8}-?[0-9a-f]{4}[^\s\"']*")
# What these say is ours or the machine's: where it wanted to go, and what stopped it.
SAYS = (OSError, OperationalError, SystemExit, KeyboardInterrupt)


class Lines(logging.Formatter):
    """A line for people: when, how bad, who says it, what, and what it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = said(record)
        line = f"{told['at']} {told['level']} {told['logger']} {told['event']}"
        rest = (
            f"{name}={told[name]}"
            for name in ("work", "request", "fault", "at_line")
            if name in told
        )
        return escaped(" ".join([line, *rest]))


class JsonLines(logging.Formatter):
    """The same as one object of JSON, in ASCII, for whatever collects logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = {name: escaped(value) for name, value in said(record).items()}
        return json.dumps(told, ensure_ascii=True, separators=(",", ":"))


def said(record: logging.LogRecord) -> dict[str, str]:
    """What a record says, field by field; nothing of it but strings."""
    now = _trace_of(record)
    told = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "event": message_of(record),
    }
    if now.work:
        told["work"] = now.work
    if now.request:
        told["request"] = now.request
    told |= getattr(record, "told", {})
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if error is not None:
        told |= {"fault": fault_of(error), "at_line": places_of(error)}
    return told


def message_of(record: logging.LogRecord) -> str:
    """The message. What libraries put into theirs of a request, a job or a fault is left out."""
    if hasattr(record, "request") and record.name.startswith("django."):
        return f"{record.name.removeprefix('django.')} {getattr(record, 'status_code', '')}".strip()
    if record.name.startswith("django.db.backends"):
        return "a statement was run"
    if record.name.startswith(("celery.", "kombu.")) and isinstance(record.args, Mapping):
        return f"job {record.args.get('name', '')}: {_first_word(record)}"
    try:
        text = record.getMessage()
    except (TypeError, ValueError):
        text = "a message that does not fit its arguments"
    return PATH.sub("/…", without_keys(text))


def fault_of(error: BaseException) -> str:
    """The types of a fault and of what caused it; words only of those that cannot hold content."""
    told, seen = [], set()
    inner: BaseException | None = error
    while inner is not None and id(inner) not in seen:
        seen.add(id(inner))
        kind = f"{type(inner).__module__}.{type(inner).__qualname__}"
        kind = kind.removeprefix("builtins.")
        told.append(f"{kind}({without_keys(str(inner))})" if isinstance(inner, SAYS) else kind)
        inner = inner.__cause__ or inner.__context__
    return " from ".join(told)


def places_of(error: BaseException) -> str:
    """The places that a fault passed, the innermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    return " < ".join(f"{f.filename}:{f.lineno}({f.name})" for f in reversed(frames))


def escaped(text: Any) -> str:
    """The text without a character that could end the line, colour it or turn it round."""
    short = str(text)
    if len(short) > MOST:
        short = f"{short[:MOST]}…"
    short = short.replace("\\", "\\\\")
    if short.isprintable():
        return short
    return "".join(sign if sign.isprintable() else f"\\u{{{ord(sign):x}}}" for sign in short)


def configured(level: str, *, production: bool) -> dict[str, Any]:
    """Django's LOGGING: one handler for everything, of lines for people or for programs."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonLines if production else Lines}},
        "filters": {"no_keys": {"()": NoKeys}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "lines",
                "filters": ["no_keys"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "DEBUG" if level == "DEBUG" else "WARNING"},
        "loggers": {
            "portal": {"level": level},
            # Each answer has its line where many look at one log; at home they drown the rest.
            "portal.requests": {"level": level if production else "WARNING"},
            # Django would put its own lines on its own handler beside ours.
            "django": {"handlers": [], "level": "NOTSET", "propagate": True},
            "django.server": {"handlers": [], "level": "NOTSET", "propagate": True},
        },
    }


def _trace_of(record: logging.LogRecord) -> trace.Trace:
    """What the line belongs to. Django tells of an answer once the request is over."""
    request: Any = getattr(record, "request", None)
    if trace.now().request or not hasattr(request, "request_id"):
        return trace.now()
    match = getattr(request, "resolver_match", None)
    route = match.view_name if match else "…"
    return trace.Trace(request.request_id, f"{request.method} {route}")


def _first_word(record: logging.LogRecord) -> str:
    args: Any = record.args
    return str(args.get("description") or ("failed" if record.levelno >= logging.ERROR else "ran"))
