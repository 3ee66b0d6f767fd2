"""Logs to look at: entries left by actions, as everywhere, about patients with keys."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from portal.audit import actions
from portal.audit.models import Checkpoint, Entry
from portal.audit.tasks import SEQUENCER, SIGNER
from portal.crypto import keys
from portal.kernel import door
from portal.kernel.actor import Actor, person_actor, system_actor
from portal.kernel.ids import new_id
from portal.kernel.plugs import Detail, DetailKind, EventSpec

stored = pytest.mark.django_db(databases=["default", "shred"])
committed = pytest.mark.django_db(transaction=True, databases=["default", "shred"])

CLERK = system_actor("clerk")
SEEN = "test.seen"
SPEC = EventSpec(
    SEEN,
    "Something was seen in a test.",
    {
        "which": Detail(DetailKind.ID),
        "how_many": Detail(DetailKind.COUNT),
        "why": Detail(DetailKind.CODE, frozenset({"asked", "found"})),
    },
)


def someone(role: str = "clinician") -> Actor:
    """A person in the middle of a request."""
    actor = person_actor(new_id(), frozenset({role}), session="abcd1234")
    return actor.asking(new_id().hex, "page")


def patients(count: int) -> list[UUID]:
    """So many patients with keys."""
    ids = [new_id() for _ in range(count)]
    for patient in ids:
        keys.create_patient_key(patient)
    return ids


def seen(actor: Actor, **what: Any) -> UUID:
    """One entry, durable; its id."""
    return actions.record_alone(actor, SEEN, **what)


def seen_often(actor: Actor, count: int, about: Sequence[UUID] = ()) -> list[UUID]:
    """So many entries in one transaction; their ids in order."""
    return door.run(_record, actor, count, about)


def _record(actor: Actor, count: int, about: Sequence[UUID]) -> list[UUID]:
    return [
        actions.record(
            actor,
            SEEN,
            patient=about[n % len(about)] if about else None,
            subject=new_id(),
            how_many=n,
        )
        for n in range(count)
    ]


def numbered() -> None:
    """Everything committed has its place.

    On PostgreSQL that takes until every older transaction of the cluster has ended, other
    databases' too; the sequencer never guesses.
    """
    patience = time.monotonic() + 300
    while Entry.objects.filter(placed__isnull=True).exists():
        assert time.monotonic() < patience, "an older transaction does not end"
        if not actions.sequence_once(SEQUENCER):
            time.sleep(0.02)


def signed() -> Checkpoint:
    """Everything committed is numbered and signed."""
    numbered()
    kept = actions.sign_checkpoint(SIGNER)
    assert kept is not None
    return kept


def a_log(entries: int, *, checkpoints: int = 1, people: int = 3) -> list[UUID]:
    """A log of so many entries, signed so often on the way and at its end; ids in order."""
    about = patients(people)
    ids: list[UUID] = []
    for turn in range(checkpoints):
        upto = entries * (turn + 1) // checkpoints
        while len(ids) < upto:
            actor = someone()
            ids += seen_often(actor, min(50, upto - len(ids) - 1), about)
            ids.append(seen(actor, patients=about, why="asked"))
        signed()
    return ids
