"""Items of a thread as people read them: one shape for the page, the socket and every reconnect."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from messaging.models import Kind
from messaging.readings.evidence import tell_broken
from messaging.readings.seals import Home, Seals
from messaging.selectors import ItemRow
from patients.readings import PatientLine, lines_under
from portal.accounts.selectors import names_of
from portal.kernel import clock
from portal.kernel.actor import Actor


@dataclass(frozen=True, slots=True, repr=False)
class Author:
    """Who wrote, and as what. The role is a code, as it was then."""

    id: UUID
    name: str
    role: str


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One item, unsealed. `behalf` is whom it was written for, `command` the author's own."""

    sequence: int
    id: UUID
    kind: str
    author: Author
    behalf: str | None
    mine: bool
    text: str | None
    sent_at: datetime
    command: str | None

    def as_item(self) -> dict[str, Any]:
        """The line as the socket carries it."""
        return {
            "sequence": self.sequence,
            "id": str(self.id),
            "kind": self.kind,
            "author": {
                "id": str(self.author.id),
                "name": self.author.name,
                "role": self.author.role,
            },
            "behalf": self.behalf,
            "mine": self.mine,
            "text": self.text,
            "sent_at": clock.stamp(self.sent_at),
            "command": self.command,
        }


@dataclass(slots=True)
class View:
    """One reader in one thread: names that were looked up stay, so that news need no query."""

    actor: Actor
    home: Home
    names: dict[UUID, str] = field(default_factory=dict, repr=False)
    patients: dict[UUID, PatientLine] = field(default_factory=dict, repr=False)
    upto: int = 0
    """How far what the reader has been shown reaches, whatever the page says that it has."""

    def lines(self, rows: Sequence[ItemRow]) -> list[Line]:
        """The rows, unsealed. What did not open is on record before it is shown as such."""
        seals = Seals((self.home, row.body_sealed) for row in rows)
        self._look_up(rows)
        lines = [self._line(row, seals) for row in rows]
        tell_broken(self.actor, seals.broken)
        return lines

    def look_up(self, person_ids: Iterable[UUID]) -> None:
        """These people's names are known here."""
        missing = {person for person in person_ids if person not in self.names}
        if missing:
            found = names_of(missing)
            self.names.update({person: found.get(person, _("The clinic")) for person in missing})

    @property
    def patient(self) -> PatientLine | None:
        """Whom the thread is about; None once the record is erased."""
        if not self.patients:
            self.patients = lines_under([self.home.patient_id])
        return self.patients.get(self.home.patient_id)

    @property
    def patient_name(self) -> str:
        """The patient's whole name."""
        return self.patient.name if self.patient else _("Erased for good.")

    @property
    def called(self) -> str:
        """What the patient is called by people."""
        return self.patient.called if self.patient else _("Erased for good.")

    def _look_up(self, rows: Sequence[ItemRow]) -> None:
        self.look_up(row.author_id for row in rows)

    def _line(self, row: ItemRow, seals: Seals) -> Line:
        mine = row.author_id == self.actor.id
        text = None
        if row.kind == Kind.MESSAGE:
            text = seals.body(self.home, row.id, row.sequence, row.body_sealed or b"")
        return Line(
            sequence=row.sequence,
            id=row.id,
            kind=row.kind,
            author=Author(row.author_id, self.names[row.author_id], row.author_role),
            behalf=self.called if row.on_behalf else None,
            mine=mine,
            text=text,
            sent_at=row.sent_at,
            command=str(row.command_id) if mine else None,
        )
