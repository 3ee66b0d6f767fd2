"""The sockets that a ward fills in its one `plugs.py`. Nothing else registers anything."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
    HASH = "hash"


@dataclass(frozen=True, slots=True)
class Detail:
    """One detail of an event: its kind, and for a code the values that it may take."""

    kind: DetailKind
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EventSpec:
    """One act that leaves an entry: its name, what it means in plain words, its details.

    `told` says it to the patient, after the name of whoever did it: "Opened your record". It may
    name details in braces: numbers, and `{person}` for a person. `tries` says the same of an
    attempt that was refused. `ends` names the event whose look this one ends, so that both are
    told as one. `place` names the page of what was acted upon, of which the id is the argument.
    """

    event: str
    meaning: str
    detail: Mapping[str, Detail] = field(default_factory=dict)
    told: str = ""
    tries: str = ""
    ends: str = ""
    place: str = ""


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
    arrival and may share a commit. Without it the action runs alone. A light command is counted
    with the acknowledgements: a page has to send many of them in a moment.
    """

    name: str
    parse: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    action: Callable[..., Any]
    answer: Callable[[Any], Mapping[str, Any]]
    order: Callable[[Mapping[str, Any]], str] | None = None
    is_light: bool = False


@dataclass(frozen=True, slots=True)
class PeopleData:
    """A table with a path to a person: how it is exported and erased, and how long it is kept.

    With the retention `record` the path leads to a patient, with `evidence` to a patient's
    pseudonym, with any other to a person who signs in. An eraser removes or empties what stands in
    the clear about that patient or person, in the transaction of the erasure.
    """

    model: str
    path: str
    retention: str
    exporter: Callable[[UUID], Any] | None = None
    eraser: Callable[[Actor, UUID], None] | None = None


class ParamKind(StrEnum):
    """What a letter may carry. There is no kind for free text, so no health content either."""

    ID = "id"
    COUNT = "count"
    CODE = "code"
    INSTANT = "instant"
    ZONE = "zone"
    SECRET = "secret"  # noqa: S105 - the name of a kind; the key of a single-use link
    CHECKPOINT = "checkpoint"
    """A note that this log signed: three lines of its own and a signature, nothing else."""


@dataclass(frozen=True, slots=True)
class LetterSpec:
    """One kind of letter: its text, and what it may carry.

    The first line of the template is the subject. `codes` lists for each parameter that is a code
    what it may be. `attachment` makes the one file that goes with it when it is sent: its name,
    its media type, its bytes. `concerns` says of a person, and of what a letter is about, whether
    that is still their business: who has no part in it any more is told nothing of it.
    """

    kind: str
    template: str
    params: Mapping[str, ParamKind] = field(default_factory=dict)
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    attachment: Callable[[Mapping[str, Any]], tuple[str, str, bytes] | None] | None = None
    concerns: Callable[[UUID, UUID], bool] | None = None


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place that a page leads to from anywhere. Those with an `account` stand apart."""

    text: Any
    url: str
    icon: str
    order: int
    under: tuple[str, ...] = ()
    """View names, or beginnings of them, that lie under this place."""
    count: int = 0
    is_account: bool = False


@dataclass(frozen=True, slots=True)
class FreshAct:
    """An address for which people prove anew who they are, unless they did so lately.

    `asked` is its row in docs/access.md: a method and a view's name. `words` say what is about to
    be done, after "To". `page` is the view on which its form stands, for an address that takes a
    form and shows none. `is_file` for what a browser saves and does not show.
    """

    asked: str
    words: Any
    page: str = ""
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form that comes back filled to whoever was signed out before they sent it.

    `asked` is its row in docs/access.md, `boxes` the fields in which people write. `page` is the
    view on which it stands; without one it is the form's own address. `form` is the view for whose
    form the page asks, if that is another one.
    """

    asked: str
    boxes: tuple[str, ...] = ()
    page: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Ward:
    """Everything that one ward or room offers to the ground.

    `about` names to patients what its entries are about, and `reason` says why somebody on nobody's
    care team comes to a patient through it: both stand in the report of who looked at a record.
    `account_of` names the account that goes with a patient's record when it is erased: their own,
    if it serves nothing else. `prove` gives the actor whose address, password and code these
    are, for acts at the command line; it refuses anything else.
    `enrolled` is called in the transaction in which somebody accepts an invitation: with the actor
    of the portal's own work, the person, and the invitation. `belongings` tells an administrator
    in sentences, with counts alone, what somebody who may leave still holds. `lapsed` names the
    people of whom a right ended by the clock alone after one instant and until another. `beside`
    names the templates that stand beside every page of this reader.
    """

    name: str
    topics: tuple[Topic, ...] = ()
    commands: tuple[Command, ...] = ()
    vocabulary: tuple[EventSpec, ...] = ()
    home_cards: tuple[Callable[[Actor], Any], ...] = ()
    navigation: tuple[Callable[[Actor], Sequence[NavItem]], ...] = ()
    beside: tuple[Callable[[Actor], Sequence[str]], ...] = ()
    letters: tuple[LetterSpec, ...] = ()
    demo_scenes: tuple[Callable[..., Any], ...] = ()
    people_data: tuple[PeopleData, ...] = ()
    enrolled: tuple[Callable[[Actor, UUID, Any], None], ...] = ()
    belongings: tuple[Callable[[UUID], Sequence[str]], ...] = ()
    fresh_acts: tuple[FreshAct, ...] = ()
    form_pages: tuple[FormPage, ...] = ()
    account_of: Callable[[UUID], UUID | None] | None = None
    prove: Callable[[str, str, str], Actor] | None = None
    lapsed: tuple[Callable[[datetime, datetime], Iterable[UUID]], ...] = ()
    about: Any = ""
    reason: Any = ""


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


@cache
def fresh_acts() -> Mapping[str, FreshAct]:
    """Every address that takes a fresh proof, by its row."""
    return {act.asked: act for ward in wards() for act in ward.fresh_acts}


@cache
def form_pages() -> Mapping[str, FormPage]:
    """Every form that comes back filled, by its row: also those that take a fresh proof."""
    found = {each.asked: each for ward in wards() for each in ward.form_pages}
    return {act.asked: FormPage(act.asked, page=act.page) for act in fresh_acts().values()} | found


def lapsed(after: datetime, until: datetime) -> set[UUID]:
    """The people of whom a right ended in this time although nothing was written."""
    return {one for ward in wards() for ask in ward.lapsed for one in ask(after, until)}


@cache
def letters() -> Mapping[str, LetterSpec]:
    """Every kind of letter by name."""
    return {spec.kind: spec for ward in wards() for spec in ward.letters}


def people_data() -> list[PeopleData]:
    """Every table with a path to a person, in the order of the wards."""
    return [data for ward in wards() for data in ward.people_data]


def account_of(patient_id: UUID) -> UUID | None:
    """The account that goes with this patient's record when it is erased."""
    asked = (ward.account_of for ward in wards() if ward.account_of)
    return next((found for ask in asked if (found := ask(patient_id))), None)


def prove(address: str, password: str, code: str) -> Actor:
    """The actor whose three these are. Whoever else asks is refused."""
    return next(ward.prove for ward in wards() if ward.prove)(address, password, code)


def navigation(actor: Actor) -> list[NavItem]:
    """Where this actor can go from any page, in order."""
    items = [item for ward in wards() for places in ward.navigation for item in places(actor)]
    return sorted(items, key=lambda item: item.order)


def beside(actor: Actor) -> list[str]:
    """Templates that stand beside every page of this reader."""
    return [name for ward in wards() for names in ward.beside for name in names(actor)]
