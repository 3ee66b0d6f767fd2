"""What stands beside a thread, unsealed, for those alone who tend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from messaging import selectors
from messaging.models import AsideKind
from messaging.readings.evidence import tell_broken
from messaging.readings.lines import Author
from messaging.readings.seals import Home, Seals
from messaging.readings.standing import team_name
from messaging.selectors import AsideRow, Beside
from messaging.vocabulary import Event
from portal.accounts.selectors import names_of
from portal.audit import actions as audit
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.plugs import Items, Opening
from portal.realtime import groups


@dataclass(frozen=True, slots=True, repr=False)
class AsideLine:
    """One item beside a thread. `whom` is who is asked or has it now, `team` which team has it."""

    number: int
    id: UUID
    kind: str
    author: Author
    whom: str
    team: str
    text: str
    mine: bool
    asks_me: bool
    sent_at: datetime
    command: str | None
    sequence: int = 0
    """Not one of the thread's own sequence, which alone is counted and marked as read."""

    def as_item(self) -> dict[str, Any]:
        """The line as the socket carries it."""
        return {
            "sequence": self.number,
            "id": str(self.id),
            "kind": self.kind,
            "author": {
                "id": str(self.author.id),
                "name": self.author.name,
                "role": self.author.role,
            },
            "whom": self.whom or None,
            "team": self.team or None,
            "text": self.text or None,
            "mine": self.mine,
            "sent_at": clock.stamp(self.sent_at),
            "command": self.command,
        }


@dataclass(slots=True)
class AsideView:
    """One reader beside one thread; names that were looked up stay."""

    actor: Actor
    home: Home
    names: dict[UUID, str] = field(default_factory=dict, repr=False)

    def lines(self, rows: Sequence[AsideRow]) -> list[AsideLine]:
        """The rows, unsealed. What did not open is on record before it is shown as such."""
        if not rows:
            return []
        seals = Seals((self.home, row.body_sealed) for row in rows)
        self._look_up(person for row in rows for person in (row.author_id, row.person_id) if person)
        teams = selectors.teams_named(row.team_id for row in rows)
        lines = [self._line(row, seals, teams) for row in rows]
        tell_broken(self.actor, seals.broken)
        return lines

    def _look_up(self, person_ids: Iterable[UUID]) -> None:
        missing = {person for person in person_ids if person not in self.names}
        if missing:
            found = names_of(missing)
            self.names.update({person: found.get(person, _("The clinic")) for person in missing})

    def _line(
        self, row: AsideRow, seals: Seals, teams: dict[UUID | None, selectors.TeamRow]
    ) -> AsideLine:
        mine = row.author_id == self.actor.id
        sealed = row.body_sealed
        text = seals.aside(self.home, row.id, row.sequence, sealed) if sealed else ""
        team = ""
        if row.kind == AsideKind.MOVED:
            team = team_name(teams.get(row.team_id), is_care=row.team_id is None)
        return AsideLine(
            number=row.sequence,
            id=row.id,
            kind=row.kind,
            author=Author(row.author_id, self.names[row.author_id], row.author_role),
            whom=self.names[row.person_id] if row.person_id else "",
            team=team,
            text=text,
            mine=mine,
            asks_me=row.kind == AsideKind.NOTE and row.person_id == self.actor.id,
            sent_at=row.written_at,
            command=str(row.command_id) if mine else None,
        )


class NotesTopic:
    """What staff follow as `notes.<thread>`: another group and sequence than the thread's own."""

    name = "notes"

    def open(self, actor: Actor, ref: UUID, after: int) -> Opening:
        """The view is open, its entry is written, and what lies after `after` is at hand.

        The entry is the same whether there are notes or none, for the patient's report shows it.

        Refuses: NotFound, for everybody who does not tend the thread.
        Records: NOTES_FOLLOWED.
        """
        thread = selectors.fetch_tended(actor, ref)
        view = AsideView(actor, Home(thread.patient_id, ref))
        first = _items(view, selectors.asides_after(actor, ref, after), after)
        audit.record_alone(
            actor,
            Event.NOTES_FOLLOWED,
            patient=thread.patient_id,
            subject=ref,
        )
        return Opening([groups.notes(ref)], first, view)

    def more(self, actor: Actor, ref: UUID, after: int, view: AsideView) -> Items:
        """What the actor may read *now* and has not seen.

        Refuses: NotFound.
        """
        return _items(view, selectors.asides_after(actor, ref, after), after)

    def close(self, actor: Actor, ref: UUID, last: int, view: AsideView) -> None:
        """The view is closed, and that is on record; how many notes there were is not.

        Records: NOTES_LEFT.
        """
        audit.record_alone(actor, Event.NOTES_LEFT, patient=view.home.patient_id, subject=ref)


def _items(view: AsideView, found: Beside, after: int) -> Items:
    lines = view.lines(found.items)
    last = lines[-1].number if lines else after
    return Items([line.as_item() for line in lines], last, found.more)
