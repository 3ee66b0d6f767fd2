"""The words of the evidence: which acts leave entries, and what an entry may say of them.

Every room and ward declares its acts in its own `vocabulary.py` and plugs them in. A detail is an
id, a count, a hash, or one of a few declared codes: no kind could hold what people write.
"""

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from functools import cache
from typing import assert_never
from uuid import UUID

from django.utils.translation import gettext_noop

from portal.audit.errors import DetailRefused
from portal.kernel.plugs import Detail, DetailKind, EventSpec, wards

MOST_COUNT = 2**53 - 1
MOST_DETAILS = 24
OWN = frozenset({"actor", "behalf", "patient", "role", "session", "subject"})
"""Names that every entry fills itself."""

_EVENT = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,47}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
REASONS = ("anchor", "copy", "key", "moved", "restore", "tampered")
"""Why a new epoch begins."""
WAYS = ("back", "forward")
"""Which way a clock was put."""
FORMS = ("tiles", "ndjson")
"""How the whole log is written to files."""


class Event(StrEnum):
    """The acts of this room."""

    AUDIT_READ = "audit.read"
    CLOCK_STEPPED = "audit.clock-stepped"
    EPOCH_BEGUN = "audit.epoch-begun"
    LOG_EXPORTED = "audit.exported"


SPECS = (
    EventSpec(
        Event.AUDIT_READ,
        gettext_noop("Somebody read entries of the audit log."),
        told=gettext_noop("Looked at this list"),
    ),
    EventSpec(
        Event.CLOCK_STEPPED,
        gettext_noop("The server's clock was put forward or back: times around here are doubtful."),
        {"seconds": Detail(DetailKind.COUNT), "way": Detail(DetailKind.CODE, frozenset(WAYS))},
    ),
    EventSpec(
        Event.EPOCH_BEGUN,
        gettext_noop("The log goes on under another name and key; the old one is named here."),
        {
            "reason": Detail(DetailKind.CODE, frozenset(REASONS)),
            "after": Detail(DetailKind.COUNT),
            "size": Detail(DetailKind.COUNT),
            "root": Detail(DetailKind.HASH),
        },
    ),
    EventSpec(
        Event.LOG_EXPORTED,
        gettext_noop("All entries of the log were written to files, as pseudonyms."),
        {"size": Detail(DetailKind.COUNT), "form": Detail(DetailKind.CODE, frozenset(FORMS))},
    ),
)


class Outcome(IntEnum):
    """How the act ended, in the numbers of FHIR's AuditEvent."""

    DONE = 0
    FAILED = 4
    REFUSED = 8


@cache
def events() -> Mapping[str, EventSpec]:
    """Every act that may leave an entry, by name: this room's own and all that is plugged in."""
    return gather(spec for ward in wards() for spec in ward.vocabulary)


def gather(specs: Iterable[EventSpec]) -> Mapping[str, EventSpec]:
    """The specs by name. Raises ValueError for one that could hold free text, or comes twice."""
    found: dict[str, EventSpec] = {}
    for spec in specs:
        faults = list(faults_of(spec))
        if spec.event in found:
            faults.append("declared twice")
        if faults:
            raise ValueError(f"{spec.event}: {'; '.join(faults)}")
        found[str(spec.event)] = spec
    return found


def faults_of(spec: EventSpec) -> Iterable[str]:
    """What keeps this spec out of the vocabulary."""
    if not _EVENT.fullmatch(spec.event):
        yield "an event is named thing.happened, in lower case"
    if not spec.meaning:
        yield "nobody is told what it means"
    if len(spec.detail) > MOST_DETAILS:
        yield "too many details for one leaf"
    for name, detail in spec.detail.items():
        if not _NAME.fullmatch(name) or name in OWN:
            yield f"{name} is no name for a detail"
        if (detail.kind is DetailKind.CODE) != bool(detail.codes):
            yield f"{name}: codes, and only codes, list what they may be"
        if not all(_CODE.fullmatch(code) for code in detail.codes):
            yield f"{name}: a code is one short lower-case word"


def checked(event: str, details: Mapping[str, UUID | int | str]) -> dict[str, str | int]:
    """The details as an entry holds them. Raises DetailRefused for what is not declared."""
    try:
        spec = events()[event]
    except KeyError:
        raise DetailRefused("no room declares this event") from None
    if details.keys() - spec.detail.keys():
        # Names only: the value is what must not be repeated anywhere.
        raise DetailRefused(f"{event} has no detail {sorted(details.keys() - spec.detail.keys())}")
    return {name: _plain(spec.detail[name], name, value) for name, value in details.items()}


def _plain(detail: Detail, name: str, value: UUID | int | str) -> str | int:
    if not _fits(detail, value):
        raise DetailRefused(f"{name} is not {detail.kind} as declared")
    return value if isinstance(value, int) else str(value)


def _fits(detail: Detail, value: UUID | int | str) -> bool:
    match detail.kind:
        case DetailKind.ID:
            return isinstance(value, UUID)
        case DetailKind.COUNT:
            return type(value) is int and 0 <= value <= MOST_COUNT
        case DetailKind.CODE:
            return isinstance(value, str) and value in detail.codes
        case DetailKind.HASH:
            return isinstance(value, str) and bool(_HASH.fullmatch(value))
        case _:
            assert_never(detail.kind)
