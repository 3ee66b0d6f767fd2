"""Reads FHIR R4 bundles: text in, frozen facts out, or one BundleRefused that says where and why.

Pure. Of a bundle of type transaction, collection or searchset it takes Patient, Practitioner and
Encounter, and the names of Organizations; every other resource is passed over. What is marked
inactive or entered in error is left out and counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo

from patients.bundles.encounters import ImportedEncounter, References, encounter_of
from patients.bundles.people import chart_of, contacts_of, key_of, keys_of, name_of
from patients.bundles.shapes import MOST_ENTRIES, BundleRefused, Node, parsed
from patients.ports import Chart, PersonName

__all__ = [
    "BundleRefused",
    "ImportedEncounter",
    "ImportedPatient",
    "ImportedPractitioner",
    "People",
    "read_bundle",
]

TYPES = frozenset({"transaction", "collection", "searchset"})
ADDING = frozenset({"POST", "PUT"})
READ = frozenset({"Patient", "Practitioner", "Encounter", "Organization"})


@dataclass(frozen=True, slots=True, repr=False)
class ImportedPatient:
    """A patient, and what the record is recognised by when it comes again."""

    entry: int
    source: str
    chart: Chart


@dataclass(frozen=True, slots=True, repr=False)
class ImportedPractitioner:
    """A practitioner, and what the person is recognised by when they come again."""

    entry: int
    source: str
    name: PersonName
    email: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class People:
    """What one bundle says about people."""

    patients: tuple[ImportedPatient, ...] = ()
    practitioners: tuple[ImportedPractitioner, ...] = ()
    encounters: tuple[ImportedEncounter, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class _Entry:
    resource: Node
    kind: str
    full_url: str
    source: str = ""


@dataclass(slots=True, repr=False)
class _Reading:
    """What has been found so far, and what points to it."""

    references: dict[str, References] = field(
        default_factory=lambda: {kind: References() for kind in READ}
    )
    seen: dict[tuple[str, str], int] = field(default_factory=dict)


def read_bundle(raw: bytes, zone: tzinfo) -> People:
    """The people of a bundle. Days without a time are days in this zone. Raises BundleRefused."""
    entries = list(_entries(parsed(raw)))
    kept = [entry for entry in entries if _counts(entry)]
    reading = _Reading()
    keyed = [_keyed(entry, reading) for entry in kept]
    places = {
        address: name
        for entry in keyed
        if entry.kind == "Organization" and (name := entry.resource.text("name"))
        for address in _addresses(entry)
    }

    def of(kind: str) -> Iterator[_Entry]:
        return (entry for entry in keyed if entry.kind == kind)

    return People(
        patients=tuple(_patient(entry) for entry in of("Patient")),
        practitioners=tuple(_practitioner(entry) for entry in of("Practitioner")),
        encounters=tuple(
            encounter_of(
                entry.resource,
                entry.source,
                patients=reading.references["Patient"],
                practitioners=reading.references["Practitioner"],
                places=places,
                zone=zone,
            )
            for entry in of("Encounter")
        ),
        left_out=len(entries) - len(kept),
    )


def _entries(bundle: dict[str, object]) -> Iterator[_Entry]:
    """The entries whose resources are read here."""
    root = Node(bundle, None, "Bundle")
    if root.text("resourceType", most=64) != "Bundle":
        raise BundleRefused("the file holds no Bundle")
    kind = root.text("type", most=64)
    if kind not in TYPES:
        raise BundleRefused(f"the Bundle's type must be one of {', '.join(sorted(TYPES))}")
    for number, item in enumerate(_listed(bundle)):
        if not isinstance(item, dict):
            raise BundleRefused("must be an object", entry=number)
        entry = Node(item, number, "entry")
        if kind == "transaction":
            _adds(entry)
        if found := _entry(entry, number):
            yield found


def _listed(bundle: dict[str, object]) -> list[object]:
    listed = bundle.get("entry", [])
    if not isinstance(listed, list):
        raise BundleRefused("Bundle.entry must be a list")
    if len(listed) > MOST_ENTRIES:
        raise BundleRefused(f"the Bundle has more than {MOST_ENTRIES} entries")
    return listed


def _entry(entry: Node, number: int) -> _Entry | None:
    resource = entry.child("resource")
    if resource is None:
        return None
    kind = resource.text("resourceType", most=64)
    if not kind:
        resource.refuse("has no resourceType")
    if kind not in READ:
        return None
    named = Node(resource.fields, number, kind)
    for rule in ("implicitRules", "modifierExtension"):
        if named.has(rule):
            named.refuse("changes what the rest means, in a way not known here", rule)
    return _Entry(named, kind, entry.text("fullUrl"))


def _adds(entry: Node) -> None:
    """Refuse a transaction that wants anything but to add."""
    request = entry.child("request")
    if request is None or request.text("method", most=16) not in ADDING:
        entry.refuse("must POST or PUT: an import only adds", "request.method")


def _counts(entry: _Entry) -> bool:
    """False for what the sender marks as no longer, or never, true."""
    if entry.kind == "Encounter":
        return entry.resource.text("status", most=64) != "entered-in-error"
    return entry.resource.flag("active") is not False


def _keyed(entry: _Entry, reading: _Reading) -> _Entry:
    """The entry with what it is recognised by, and known under all its addresses."""
    resource = entry.resource
    key = key_of(resource, entry.full_url)
    first = reading.seen.setdefault((entry.kind, key), resource.entry or 0)
    if first != resource.entry:
        resource.refuse(f"repeats entry {first}")
    found = _Entry(resource, entry.kind, entry.full_url, key)
    references = reading.references[entry.kind]
    for address in _addresses(found):
        references.add(address, key)
    for other in keys_of(resource):
        references.by_identifier.setdefault(other, key)
    return found


def _addresses(entry: _Entry) -> Iterator[str]:
    """Where others find this entry: its full URL, and `Type/id`."""
    if entry.full_url:
        yield entry.full_url
    home, _, last = entry.full_url.rpartition("/")
    named = last if home.endswith(f"/{entry.kind}") else ""
    if identity := entry.resource.text("id", most=64) or named:
        yield f"{entry.kind}/{identity}"


def _patient(entry: _Entry) -> ImportedPatient:
    return ImportedPatient(entry.resource.entry or 0, entry.source, chart_of(entry.resource))


def _practitioner(entry: _Entry) -> ImportedPractitioner:
    resource = entry.resource
    email = next((c.value for c in contacts_of(resource) if c.kind == "email"), "")
    return ImportedPractitioner(resource.entry or 0, entry.source, name_of(resource), email)
