"""What a letter may carry, checked twice: when its kind is declared, and when it is posted.

A parameter is an id, a count, an instant, a zone, one of a few declared codes, the key of a
single-use link, or a checkpoint that our log signed. There is no kind that could hold what people
write, so no letter can tell it.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, assert_never
from uuid import UUID
from zoneinfo import available_timezones

from django.utils.translation import gettext_noop

from portal.audit.selectors.log import is_bare
from portal.kernel import clock
from portal.kernel.plugs import Detail, DetailKind, EventSpec, LetterSpec, ParamKind, wards
from portal.outbox.errors import LetterRefused

MOST_COUNT = 2**53 - 1
_KIND = re.compile(r"[a-z]+(-[a-z]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,47}", re.ASCII)
_SECRET = re.compile(r"[a-z0-9]{24,64}", re.ASCII)
_TEMPLATE = re.compile(r"[a-z_]+/letters/[a-z0-9_]+\.txt", re.ASCII)

FAULTS = (
    "away",
    "closed",
    "gave-up",
    "no-address",
    "not-theirs",
    "refused",
    "too-late",
    "unreadable",
)
"""Why a letter was not sent: by the mail server, by us, or because there was nobody to send to."""


class Event(StrEnum):
    """What becomes of letters. Posting one is part of the act that it tells about."""

    LETTER_SENT = "letter.sent"
    LETTER_FAILED = "letter.failed"


_ID = Detail(DetailKind.ID)
SPECS = (
    EventSpec(
        Event.LETTER_SENT,
        gettext_noop("An e-mail was handed to the mail server."),
        {"which": _ID, "about": _ID, "attempts": Detail(DetailKind.COUNT)},
    ),
    EventSpec(
        Event.LETTER_FAILED,
        gettext_noop("An e-mail could not be sent and is not tried again."),
        {"which": _ID, "about": _ID, "why": Detail(DetailKind.CODE, frozenset(FAULTS))},
    ),
)


@cache
def kinds() -> Mapping[str, LetterSpec]:
    """Every kind of letter by name: all that is plugged in."""
    return gather(spec for ward in wards() for spec in ward.letters)


def gather(specs: Iterable[LetterSpec]) -> Mapping[str, LetterSpec]:
    """The specs by name. Raises ValueError for one that could hold free text, or comes twice."""
    found: dict[str, LetterSpec] = {}
    for spec in specs:
        faults = list(faults_of(spec))
        if spec.kind in found:
            faults.append("declared twice")
        if faults:
            raise ValueError(f"the letter {spec.kind}: {'; '.join(faults)}")
        found[spec.kind] = spec
    return found


def faults_of(spec: LetterSpec) -> Iterable[str]:
    """What keeps this kind of letter out of the house."""
    if not _KIND.fullmatch(spec.kind):
        yield "a kind is named room.what-it-says, in lower case"
    if not _TEMPLATE.fullmatch(spec.template):
        yield "its text stands in <ward>/letters/<name>.txt"
    for name, kind in spec.params.items():
        yield from _faults_of_param(name, kind, spec.codes.get(name, frozenset()))
    if spec.codes.keys() - spec.params.keys():
        yield "codes for a parameter that is not there"


def _faults_of_param(name: str, kind: ParamKind, codes: frozenset[str]) -> Iterable[str]:
    if not _NAME.fullmatch(name):
        yield f"{name} is no name for a parameter"
    if kind not in set(ParamKind):
        yield f"{name} is of no kind that there is"
    if (kind is ParamKind.CODE) != bool(codes):
        yield f"{name}: codes, and only codes, list what they may be (LetterSpec.codes)"
    if not all(_CODE.fullmatch(code) for code in codes):
        yield f"{name}: a code is one short lower-case word"


def spec_of(kind: str) -> LetterSpec:
    """The kind of this name. Raises LetterRefused."""
    try:
        return kinds()[kind]
    except KeyError:
        raise LetterRefused("no ward declares this kind of letter") from None


def checked(spec: LetterSpec, params: Mapping[str, Any]) -> dict[str, str | int]:
    """The parameters as they are kept. Raises LetterRefused, naming names but no values."""
    if params.keys() != spec.params.keys():
        odd = sorted(params.keys() ^ spec.params.keys())
        raise LetterRefused(f"{spec.kind} lacks or does not know {odd}")
    return {name: _plain(spec, name, value) for name, value in params.items()}


def typed(spec: LetterSpec, plain: Mapping[str, str | int]) -> dict[str, Any]:
    """The parameters as they were given. What is erased, or no longer declared, is left out."""
    return {
        name: _typed(spec.params[name], value)
        for name, value in plain.items()
        if name in spec.params
    }


def without_secrets(spec: LetterSpec, plain: Mapping[str, str | int]) -> dict[str, str | int]:
    """The parameters that may be kept once the letter is gone."""
    return {k: v for k, v in plain.items() if spec.params.get(k) is not ParamKind.SECRET}


def _plain(spec: LetterSpec, name: str, value: Any) -> str | int:
    match kind := spec.params[name]:
        case ParamKind.ID:
            return str(_fit(name, kind, value, isinstance(value, UUID)))
        case ParamKind.COUNT:
            fits = type(value) is int and 0 <= value <= MOST_COUNT
            return int(_fit(name, kind, value, fits))
        case ParamKind.CODE:
            fits = isinstance(value, str) and value in spec.codes[name]
            return str(_fit(name, kind, value, fits))
        case ParamKind.INSTANT:
            fits = isinstance(value, datetime) and value.tzinfo is not None
            return clock.stamp(_fit(name, kind, value, fits))
        case ParamKind.ZONE:
            return str(_fit(name, kind, value, isinstance(value, str) and value in zones()))
        case ParamKind.SECRET | ParamKind.CHECKPOINT:
            fits = isinstance(value, str) and _is_spelt(kind, value)
            return str(_fit(name, kind, value, fits))
        case _:
            assert_never(kind)


def _is_spelt(kind: ParamKind, value: str) -> bool:
    return bool(_SECRET.fullmatch(value)) if kind is ParamKind.SECRET else is_bare(value)


def _fit(name: str, kind: ParamKind, value: Any, fits: bool) -> Any:  # noqa: FBT001
    if not fits:
        raise LetterRefused(f"{name} is not {kind} as declared")
    return value


def _typed(kind: ParamKind, value: str | int) -> Any:
    match kind:
        case ParamKind.ID:
            return UUID(str(value))
        case ParamKind.INSTANT:
            return datetime.fromisoformat(str(value))
        case _:
            return value


@cache
def zones() -> frozenset[str]:
    """The names of every time zone."""
    return frozenset(available_timezones())
