"""Encounters: when somebody was, is or will be seen, by whom, and what leads to whom."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from patients.bundles.people import words_of
from patients.bundles.shapes import Node
from patients.bundles.times import end_of, start_of

STATUSES = frozenset(
    {"planned", "arrived", "triaged", "in-progress", "onleave"}
    | {"finished", "cancelled", "entered-in-error", "unknown"}
)
OPEN = frozenset({"planned", "arrived", "triaged", "in-progress", "onleave"})
CLASS_CODE = re.compile(r"[A-Za-z0-9._-]{1,32}")
# SNOMED names end in the kind of thing they are: "Sinusitis (disorder)".
_TAG = re.compile(r" \((?:procedure|disorder|finding|situation|regime/therapy|event)\)$")
_VERSION = re.compile(r"/_history/[^/]*$")
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?(?:[^=]*&)?identifier=([^&]+)")


@dataclass(frozen=True, slots=True, repr=False)
class ImportedEncounter:
    """One encounter. Patient and practitioners are named by what they are recognised by."""

    entry: int
    source: str
    patient: str
    practitioners: tuple[str, ...]
    status: str
    class_code: str
    starts_at: datetime | None
    ends_at: datetime | None
    kind: str
    reason: str
    place: str

    @property
    def is_open(self) -> bool:
        """True while the patient is, or is to be, under this care."""
        return self.status in OPEN


@dataclass(slots=True, repr=False)
class References:
    """Who is meant by a reference: by address, by `Type/id`, or by identifier."""

    by_address: dict[str, str] = field(default_factory=dict)
    by_identifier: dict[str, str] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)

    def add(self, address: str, key: str) -> None:
        """This address means the resource of this key. Two meanings make it mean nothing."""
        if self.by_address.setdefault(address, key) != key:
            self.ambiguous.add(address)

    def find(self, reference: Node | None, kind: str) -> str:
        """The key of the resource meant, or nothing where the bundle does not say."""
        if reference is None:
            return ""
        address = _VERSION.sub("", reference.text("reference"))
        if found := _CONDITIONAL.fullmatch(address):
            return self._named(found[2]) if found[1] == kind else ""
        if address in self.by_address and address not in self.ambiguous:
            return self.by_address[address]
        identifier = reference.child("identifier")
        if identifier is None:
            return ""
        return self._named(f"{identifier.text('system')}|{identifier.text('value')}")

    def _named(self, key: str) -> str:
        """The key under which a resource with this identifier is known; itself if not in here."""
        system, bar, value = key.partition("|")
        return self.by_identifier.get(key, key) if system and bar and value else ""


def encounter_of(
    resource: Node,
    source: str,
    *,
    patients: References,
    practitioners: References,
    places: Mapping[str, str],
    zone: tzinfo,
) -> ImportedEncounter:
    """The encounter that this resource describes."""
    patient = patients.find(resource.child("subject"), "Patient")
    if not patient:
        resource.refuse("points to no patient of this bundle", "subject")
    status = resource.one_of("status", STATUSES)
    if not status:
        resource.refuse("is missing", "status")
    starts_at, ends_at = _period(resource, zone)
    return ImportedEncounter(
        entry=resource.entry or 0,
        source=source,
        patient=patient,
        practitioners=_practitioners(resource, practitioners),
        status=status,
        class_code=_class_code(resource),
        starts_at=starts_at,
        ends_at=ends_at,
        kind=_words(resource, "type"),
        reason=_words(resource, "reasonCode"),
        place=_place(resource, places),
    )


def _period(resource: Node, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    period = resource.child("period")
    if period is None:
        return None, None
    starts_at, ends_at = start_of(period, "start", zone), end_of(period, "end", zone)
    if starts_at and ends_at and ends_at < starts_at:
        period.refuse("ends before it starts")
    return starts_at, ends_at


def _practitioners(resource: Node, practitioners: References) -> tuple[str, ...]:
    """The keys of those who took part, each once. Who cannot be told is left out."""
    found = (
        practitioners.find(node.child("individual"), "Practitioner")
        for node in resource.children("participant")
    )
    return tuple(dict.fromkeys(filter(None, found)))


def _class_code(resource: Node) -> str:
    coding = resource.child("class")
    code = coding.text("code", most=32) if coding else ""
    if code and not CLASS_CODE.fullmatch(code):
        resource.refuse("is not a code", "class.code")
    return code


def _words(resource: Node, name: str) -> str:
    words = next(filter(None, map(words_of, resource.children(name))), "")
    return _TAG.sub("", words)


def _place(resource: Node, places: Mapping[str, str]) -> str:
    for node in resource.children("location"):
        if (location := node.child("location")) and (shown := location.text("display")):
            return shown
    provider = resource.child("serviceProvider")
    if provider is None:
        return ""
    return provider.text("display") or places.get(provider.text("reference"), "")
