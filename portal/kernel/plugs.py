"""The sockets that a ward fills in its one `plugs.py`. Nothing else registers anything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings

from portal.kernel.actor import Actor


class DetailKind(StrEnum):
    """What an entry's detail may hold. There is no kind for free text."""

    ID = "id"
    COUNT = "count"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Detail:
    """One detail of an event: its kind, and for a code the values that it may take."""

    kind: DetailKind
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EventSpec:
    """One act that leaves an entry: its name, what it means in plain words, its details."""

    event: str
    meaning: str
    detail: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Items:
    """What a reader has not seen yet, in order, and the last sequence it reaches.

    `more` says that there is more beyond: a long absence is made good in pieces.
    """

    items: Sequence[Mapping[str, Any]]
    last: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """A live view that was opened: the groups whose nudges concern it, and what to show first."""

    groups: Sequence[str]
    first: Items
    view: Any = None


class Topic(Protocol):
    """What a page can follow live. Its methods run in worker threads and may raise NotFound."""

    name: str

    def open(self, actor: Actor, ref: UUID, after: int) -> Opening:
        """The view is open, its entry is written, and what lies after `after` is at hand."""

    def more(self, actor: Actor, ref: UUID, after: int, view: Any) -> Items:
        """What the actor may read *now* and has not seen."""

    def close(self, actor: Actor, ref: UUID, last: int, view: Any) -> None:
        """The view is closed, and the last sequence shown is on record."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a page can do over its socket: parse the body, then run one action through the door.

    `order` names the row that the action locks first; commands of one order run in order of
    arrival and may share a commit. Without it the action runs alone.
    """

    name: str
    parse: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    action: Callable[..., Any]
    answer: Callable[[Any], Mapping[str, Any]]
    order: Callable[[Mapping[str, Any]], str] | None = None


@dataclass(frozen=True, slots=True)
class PeopleData:
    """A table with a path to a person: how it is exported and erased, and how long it is kept."""

    model: str
    path: str
    retention: str
    exporter: Callable[[UUID], Any] | None = None
    eraser: Callable[[UUID], Any] | None = None


@dataclass(frozen=True, slots=True)
class Ward:
    """Everything that one ward or room offers to the ground."""

    name: str
    topics: tuple[Topic, ...] = ()
    commands: tuple[Command, ...] = ()
    vocabulary: tuple[EventSpec, ...] = ()
    home_cards: tuple[Callable[[Actor], Any], ...] = ()
    demo_scenes: tuple[Callable[..., Any], ...] = ()
    people_data: tuple[PeopleData, ...] = ()


@cache
def wards() -> tuple[Ward, ...]:
    """Every ward that `settings.WARDS` names, in that order."""
    return tuple(import_module(f"{name}.plugs").PLUGS for name in settings.WARDS)


@cache
def topics() -> Mapping[str, Topic]:
    """Every topic by name."""
    return {topic.name: topic for ward in wards() for topic in ward.topics}


@cache
def commands() -> Mapping[str, Command]:
    """Every command by name."""
    return {command.name: command for ward in wards() for command in ward.commands}
