"""Who did it: by name where the reader may know it, as what, and why they came to this record."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_noop

from patients.models import CareTeamMember, Patient, Proxy
from patients.policy import TREATING
from portal.accounts.policy import STAFF
from portal.accounts.selectors import names_of
from portal.audit.readings.report import OpenEntry
from portal.audit.vocabulary import Outcome
from portal.kernel import plugs
from portal.kernel.actor import Actor

RANKS = ("clinician", "supervisor", "coordinator", "privacy-officer", "administrator")
WORK = {
    "demo": gettext_noop("when the demo was set up"),
    "import": gettext_noop("import"),
    "enrolment": gettext_noop("when an invitation was accepted"),
    "postman": gettext_noop("e-mails"),
    "marker": gettext_noop("keeping the records in order"),
    "sweeper": gettext_noop("clearing up"),
    "visits": gettext_noop("video visits"),
    "seats": gettext_noop("video visits"),
}
"""What the portal does by itself, by the name of the system that acts."""
REASONS = {
    "coordinator": gettext_noop("arranges appointments and records"),
    "privacy-officer": gettext_noop("checks who looks at records"),
    "administrator": gettext_noop("runs the portal"),
}
"""Why somebody comes to a record of whom neither a link nor a ward says it."""


Link = CareTeamMember | Proxy


class Sort(StrEnum):
    """What kind of somebody, in the order in which they are told."""

    STAFF = "staff"
    PROXY = "proxy"
    OTHER = "other"
    PORTAL = "portal"
    OWN = "own"


@dataclass(frozen=True, slots=True, repr=False)
class Whom:
    """Somebody, as the reader is told of them. Equal ones are one person with one reason."""

    sort: Sort
    id: UUID | None
    name: str
    role: str
    why: str
    is_reader: bool = False


class Witness:
    """Knows everybody in these entries: looks people and links up once."""

    def __init__(self, actor: Actor, patient: Patient, entries: Sequence[OpenEntry]) -> None:
        self._reader, self._own = actor.id, patient.person_id
        self._team = _links(CareTeamMember.objects.filter(patient=patient).order_by("begins_at"))
        self._proxies = _links(Proxy.objects.filter(patient=patient).order_by("begins_at"))
        self._staff: dict[UUID, None] = {}
        named = {_id(entry, name) for entry in entries for name in ("actor", "person")}
        known = {each for each in named if each} | {*self._team, *self._proxies}
        self._names = names_of(known)
        self.names: Mapping[str, str] = {
            str(person): name for person, name in self._names.items() if self._is_known(person)
        }
        for entry in entries:
            if self.whom(entry).sort is Sort.STAFF and (person := _id(entry, "actor")):
                self._staff[person] = None

    def whom(self, entry: OpenEntry) -> Whom:
        """Who did this. A patient who has nothing to do with the record is not named to another."""
        person, role = _id(entry, "actor"), str(entry.details.get("role", ""))
        if role.startswith("system:"):
            return Whom(Sort.PORTAL, None, gettext("The portal itself"), "", _work(role))
        sort = self._sort(entry, person, {*role.split(",")})
        if person is None or sort is Sort.OTHER:
            return Whom(Sort.OTHER, None, _nobody(entry, role), "", "")
        gone = gettext("Somebody whose account is gone")
        name, is_reader = self._names.get(person, gone), person == self._reader
        if sort is Sort.STAFF:
            return Whom(sort, person, name, *self._as_what(entry, person, role), is_reader)
        return Whom(sort, person, name, str(sort) if sort is Sort.PROXY else "", "", is_reader)

    def people(self) -> list[tuple[UUID, str]]:
        """Whom the report can be narrowed to: everybody ever linked, and staff that it shows."""
        known = {*self._team, *self._proxies, *self._staff} - {self._own}
        found = [(person, self._names[person]) for person in known if person in self._names]
        return sorted(found, key=lambda each: (each[1].casefold(), each[0]))

    def _sort(self, entry: OpenEntry, person: UUID | None, roles: Collection[str]) -> Sort:
        if person and person == self._own:
            return Sort.OWN
        if person in self._proxies and (entry.details.get("behalf") or STAFF.isdisjoint(roles)):
            return Sort.PROXY
        return Sort.OTHER if STAFF.isdisjoint(roles) else Sort.STAFF

    def _as_what(self, entry: OpenEntry, person: UUID, roles: str) -> tuple[str, str]:
        """The role in which somebody of the clinic acted, and why they came here."""
        held = {*roles.split(",")}
        role = next((each for each in RANKS if each in held), "")
        link = _in_force(self._team.get(person, ()), entry.row.at)
        if link and not held.isdisjoint(TREATING):
            return link, gettext("on the care team")
        if entry.row.outcome == Outcome.REFUSED:
            return role, gettext("not on the care team")
        return role, _reason(entry.row.event) or (gettext(REASONS[role]) if role in REASONS else "")

    def _is_known(self, person: UUID) -> bool:
        """True for somebody whose name the reader sees on the record anyway."""
        return person == self._own or person in self._team or person in self._proxies


def _links(rows: Iterable[Link]) -> dict[UUID, list[Link]]:
    found: dict[UUID, list[Link]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def _in_force(links: Iterable[Link], at: datetime) -> str:
    """The role of the link that held at this instant."""
    for link in links:
        if link.begins_at <= at and (link.ends_at is None or at < link.ends_at):
            return str(getattr(link, "role", ""))
    return ""


def _id(entry: OpenEntry, name: str) -> UUID | None:
    value = entry.details.get(name)
    return UUID(str(value)) if value else None


def _nobody(entry: OpenEntry, role: str) -> str:
    if not entry.details:
        return gettext("Somebody; who it was is no longer kept")
    if role == "stranger":
        return gettext("Somebody who was not signed in")
    return gettext("Somebody with an account here who has nothing to do with this record")


def _work(role: str) -> str:
    name = role.removeprefix("system:")
    return gettext(WORK[name]) if name in WORK else ""


@cache
def _reasons() -> Mapping[str, Any]:
    return {
        str(spec.event): ward.reason
        for ward in plugs.wards()
        if ward.reason
        for spec in ward.vocabulary
    }


def _reason(event: str) -> str:
    return str(_reasons().get(event, ""))
