"""What stands in the tables, and what only somebody else than an action does to them."""

from uuid import UUID

from messaging import readings
from messaging.models import Message, ReadMark, Thread
from portal.crypto import keys
from portal.crypto.models import ShredKey
from tests.cast import Someone
from tests.harness.write_guard import guard
from tests.patients.evidence import n_entries


def beside(
    someone: Someone, thread_id: UUID, *, before: int | None = None
) -> list[readings.AsideLine]:
    """What this person, who tends the thread, sees beside it."""
    tending = readings.read_thread(someone.actor, thread_id, before=before).tending
    assert tending is not None
    return tending.lines


def counted() -> tuple[int, int, int, int]:
    """How many threads, items, marks and entries there are."""
    found = (Thread.objects.count(), Message.objects.count(), ReadMark.objects.count())
    return (*found, n_entries())


def shred(_actor, patient_id):
    """The patient's keys are gone."""
    with guard.off("shredding belongs to a room that comes later"):
        ShredKey.objects.filter(pk=patient_id).delete()
    keys.CACHE.drop(patient_id)
