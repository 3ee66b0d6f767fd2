"""What the log says, for tests of what was done and what was refused."""

from uuid import UUID

from portal.audit.models import Entry
from portal.audit.readings.report import entries_about
from portal.kernel import door
from portal.kernel.actor import Actor
from portal.kernel.errors import Refusal

BOTH = ["default", "shred"]


def events(patient_id: UUID) -> list[str]:
    """What was done about this patient, the newest first."""
    return [each.row.event for each in entries_about(patient_id, limit=200)]


def newest(patient_id: UUID) -> tuple[str, dict[str, object]]:
    """The newest entry about this patient, with its details."""
    entry = entries_about(patient_id, limit=1)[0]
    return entry.row.event, dict(entry.details)


def n_entries() -> int:
    """How many entries there are."""
    return Entry.objects.count()


def refusal_of(action, actor: Actor, *args, **kwargs) -> Refusal:
    """How the action is refused; that it leaves no entry and hides nothing else is checked here."""
    before = n_entries()
    try:
        door.run(action, actor, *args, **kwargs)
    except Refusal as refused:
        assert n_entries() == before
        return refused
    raise AssertionError("it was not refused")
