"""What this ward hands to others: the chart as it reads once unsealed, and the demo clinic.

Pure. Nothing here shows itself in a `repr`: these values hold health data.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID

SEXES = ("female", "male", "other", "unknown")
CONTACT_KINDS = ("phone", "sms", "email")


@dataclass(frozen=True, slots=True, repr=False)
class PersonName:
    """A human name in the parts that it came in."""

    family: str = ""
    given: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    text: str = ""

    @property
    def shown(self) -> str:
        """The name as a list shows it. The whole text wins: only it knows the order of parts."""
        return self.text or " ".join([*self.given, self.family]).strip()

    @property
    def titled(self) -> str:
        """The name with its titles, as on a door."""
        return self.text or " ".join([*self.prefix, *self.given, self.family, *self.suffix]).strip()

    @property
    def first(self) -> str:
        """What one would call the person when no preferred name is known."""
        return self.given[0] if self.given else self.shown


@dataclass(frozen=True, slots=True, repr=False)
class ContactPoint:
    """One way to reach somebody. Letters obey `safe`."""

    kind: str
    value: str
    use: str = ""
    safe: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class EmergencyContact:
    """Whom to call when something happens."""

    name: str
    relation: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Chart:
    """The facts of a patient's chart, as they are sealed.

    `born` and `died` are as exact as they are known: YYYY, YYYY-MM or YYYY-MM-DD; `died` may be
    "yes" when only the fact is known.
    """

    name: PersonName
    preferred_name: str = ""
    pronouns: str = ""
    born: str = ""
    died: str = ""
    sex: str = "unknown"
    language: str = ""
    zone: str = ""
    mrn: str = ""
    address: tuple[str, ...] = ()
    contacts: tuple[ContactPoint, ...] = ()
    emergency: EmergencyContact | None = None

    @property
    def called(self) -> str:
        """How to address the person."""
        return self.preferred_name or self.name.first

    def reached_by(self, kind: str) -> str:
        """The first safe address of this kind, or nothing."""
        return next((c.value for c in self.contacts if c.kind == kind and c.safe), "")

    def packed(self) -> bytes:
        """The chart as bytes to be sealed."""
        return json.dumps({"v": 1, **asdict(self)}, ensure_ascii=False).encode()

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """The chart that these bytes hold."""
        parts: dict[str, Any] = json.loads(packed)
        parts.pop("v")
        emergency = parts.pop("emergency")
        return cls(
            name=_name(parts.pop("name")),
            address=tuple(parts.pop("address")),
            contacts=tuple(ContactPoint(**point) for point in parts.pop("contacts")),
            emergency=EmergencyContact(**emergency) if emergency else None,
            **parts,
        )


def _name(parts: Mapping[str, Any]) -> PersonName:
    listed = {key: tuple(parts[key]) for key in ("given", "prefix", "suffix")}
    return PersonName(family=parts["family"], text=parts["text"], **listed)


def born_on(born: str) -> date | None:
    """The day of birth, where the whole of it is known."""
    return date.fromisoformat(born) if len(born) == 10 else None


def born_by(born: str) -> date | None:
    """The earliest day that what is known of a birth allows; None where nothing is known."""
    return date.fromisoformat(f"{born}-01-01"[:10]) if born else None


def age_on(born: str, day: date) -> int | None:
    """Full years of life on that day, or None where what is known does not settle it."""
    whole = born_on(born)
    if whole is None:
        return None
    years = day.year - whole.year - ((day.month, day.day) < (whole.month, whole.day))
    return years if years >= 0 else None


@dataclass(frozen=True, slots=True, repr=False)
class EncounterWords:
    """What an encounter was, why and where, in words, as they are sealed."""

    kind: str = ""
    reason: str = ""
    place: str = ""

    def packed(self) -> bytes:
        """The words as bytes to be sealed."""
        return json.dumps({"v": 1, **asdict(self)}, ensure_ascii=False).encode()

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """The words that these bytes hold."""
        parts: dict[str, Any] = json.loads(packed)
        parts.pop("v")
        return cls(**parts)


@dataclass(frozen=True, slots=True, repr=False)
class DemoLine:
    """One message of the demo: who writes (a key of `DemoClinic.people`), what, how long ago."""

    author: str
    text: str
    ago: timedelta


@dataclass(frozen=True, slots=True, repr=False)
class DemoThread:
    """One thread of the demo, oldest line first. `key` makes it recognisable, so it comes once."""

    key: str
    patient: str
    topic: str
    lines: tuple[DemoLine, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class DemoClinic:
    """The demo clinic that every ward's `demo_scenes` furnish: ids by the demo's own keys.

    A scene is called as `scene(clinic)`, outside the door, and once more on the next start:
    it leaves alone what it finds.
    """

    people: Mapping[str, UUID] = field(default_factory=dict)
    patients: Mapping[str, UUID] = field(default_factory=dict)
    threads: tuple[DemoThread, ...] = ()
