"""Leaving an entry. All entries of a transaction are written together, just before it commits."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

from django.db import connection

from portal.audit import leaves
from portal.audit.actions.rows import DETAILS, ENTRIES, MENTIONS
from portal.audit.actions.sealing import Keyholder
from portal.audit.actions.sequence import numbering
from portal.audit.errors import DetailRefused
from portal.audit.vocabulary import Outcome, checked
from portal.kernel import clock, door
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id

MOST_PATIENTS = 100
_HANDLE = re.compile(r"[0-9A-Za-z:._-]{0,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Draft:
    """An act of which an entry is about to be made."""

    id: UUID
    at: datetime
    actor: Actor
    event: str
    outcome: int
    patients: tuple[UUID, ...]
    subject: UUID | None
    details: dict[str, str | int]


def record(
    actor: Actor,
    event: str,
    *,
    patient: UUID | None = None,
    patients: Sequence[UUID] = (),
    subject: UUID | None = None,
    on_behalf: bool = False,
    outcome: Outcome = Outcome.DONE,
    **detail: UUID | int | str,
) -> UUID:
    """The transaction carries an entry of this act, or does not commit. Returns the entry's id.

    `patient` is whose record it concerns; a list that showed several names them as `patients`.
    `detail` holds what the vocabulary declares for the event: ids, counts, codes; never text.

    Refuses: DetailRefused.
    Records: the event that it is given.
    """
    draft = _drafted(actor, event, patient, patients, subject, detail, outcome, on_behalf)
    return _defer(actor, draft)


def record_alone(
    actor: Actor,
    event: str,
    *,
    patient: UUID | None = None,
    patients: Sequence[UUID] = (),
    subject: UUID | None = None,
    on_behalf: bool = False,
    outcome: Outcome = Outcome.DONE,
    **detail: UUID | int | str,
) -> UUID:
    """An entry of this act is durable: for edges, where no action's transaction carries it.

    Refuses: DetailRefused.
    Records: the event that it is given.
    """
    draft = _drafted(actor, event, patient, patients, subject, detail, outcome, on_behalf)
    return door.run_grouped("", _defer, actor, draft)


def _defer(actor: Actor, draft: Draft) -> UUID:
    door.defer(_write, draft)
    return draft.id


def _drafted(
    actor: Actor,
    event: str,
    patient: UUID | None,
    patients: Sequence[UUID],
    subject: UUID | None,
    detail: Mapping[str, UUID | int | str],
    outcome: Outcome,
    on_behalf: bool,  # noqa: FBT001
) -> Draft:
    details = checked(event, detail)
    named = tuple(dict.fromkeys((patient,) if patient else patients))
    if len(named) > MOST_PATIENTS:
        raise DetailRefused("too many patients for one entry")
    if not all(map(_HANDLE.fullmatch, (actor.request, actor.session, actor.source))):
        raise DetailRefused("the actor carries a handle that is none")
    details["actor"] = str(actor.id)
    details["role"] = ",".join(sorted(actor.roles)) or actor.name
    if actor.session:
        details["session"] = actor.session
    if on_behalf:
        details["behalf"] = 1
    if subject:
        details["subject"] = str(subject)
    return Draft(new_id(), clock.now(), actor, event, int(outcome), named, subject, details)


class _Boot:
    """This process's name in the leaves, and the number of its next entry."""

    def __init__(self) -> None:
        self.begin()
        os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        self.name = os.urandom(8).hex()
        self.numbers = count()


_boot = _Boot()


def _write(drafts: Sequence[Draft]) -> None:
    """The drafts are entries; on SQLite, where one process writes at a time, also leaves."""
    sqlite = connection.vendor == "sqlite"
    keyholder = Keyholder({patient for draft in drafts for patient in draft.patients})
    entries, details, mentions, encoded = [], [], [], []
    for draft in drafts:
        leaf, sealed = _made(draft, keyholder)
        content = leaves.encode(leaf)
        key = draft.id.hex if sqlite else draft.id
        at = connection.ops.adapt_datetimefield_value(draft.at)
        about = leaf.sub[0] if len(leaf.sub) == 1 else None
        entries.append(
            (key, content, leaf.ev, at, leaf.act, about, leaf.obj or None, leaf.out, leaf.req)
        )
        details.append((key, sealed))
        encoded.append((key, content))
        if about is None:
            mentions += [(key, patient) for patient in leaf.sub]
    ENTRIES.insert(entries)
    DETAILS.insert(details)
    MENTIONS.insert(mentions)
    if sqlite:
        numbering.place(encoded)
    else:
        numbering.announce(len(encoded))


def _made(draft: Draft, keyholder: Keyholder) -> tuple[leaves.Leaf, bytes]:
    """The leaf of a draft, and its details sealed."""
    # The roles that an entry shows to its patient are those of the actor at that moment.
    details, sub = keyholder.about(draft.patients, draft.details)
    salts = os.urandom(leaves.SALT_BYTES * len(details))
    leaf = leaves.Leaf(
        act=keyholder.pseudonym(leaves.PERSON, draft.actor.id),
        ev=str(draft.event),
        t=clock.stamp(draft.at),
        out=draft.outcome,
        boot=_boot.name,
        n=next(_boot.numbers),
        d=leaves.commit(details, salts),
        obj=keyholder.pseudonym(leaves.OBJECT, draft.subject) if draft.subject else "",
        req=draft.actor.request,
        src=draft.actor.source,
        sub=sub,
    )
    patient = draft.patients[0] if len(draft.patients) == 1 else None
    return leaf, keyholder.seal(draft.id, patient, leaves.pack(details, salts))
