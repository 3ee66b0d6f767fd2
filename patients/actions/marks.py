"""What a record is found by. Written with its chart, and once more when the marks change."""

from patients import selectors
from patients.models import KEY_PURPOSE, Mark, Patient
from patients.ports import Chart
from patients.readings.lines import unsealed
from patients.vocabulary import Event
from portal.accounts.errors import NotAllowed
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.keycache import KeyName
from portal.kernel.actor import Actor, ActorKind

BATCH = 200


def mark(actor: Actor, patient: Patient, chart: Chart) -> None:
    """The record is found by what this chart says, and by nothing else.

    Records: nothing; whatever changes the chart does.
    """
    wanted = selectors.marks_of(chart)
    rows = Mark.objects.filter(patient=patient)
    rows.exclude(value__in=wanted).delete()
    known = {*rows.values_list("value", flat=True)}
    Mark.objects.bulk_create(Mark(patient=patient, value=value) for value in wanted - known)
    if patient.marked != selectors.MARKED:
        Patient.objects.filter(pk=patient.pk).update(marked=selectors.MARKED)
        patient.marked = selectors.MARKED


def mark_unmarked(actor: Actor) -> int:
    """Some of the records that had no marks of today have them. Returns how many.

    Refuses: NotAllowed.
    Locks: these records.
    Records: RECORDS_MARKED, one entry that names up to a hundred of them.
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise NotAllowed
    found = Patient.objects.filter(pk__in=selectors.unmarked(BATCH))
    rows = list(found.select_for_update().order_by("pk"))
    names = {row.pk: KeyName(row.pk, KEY_PURPOSE, row.pk) for row in rows}
    opened = keys.open_data_keys(names.values())
    for row in rows:
        key = opened.get(names[row.pk])
        # Who was erased is found by nothing, and is not looked at again.
        mark(actor, row, unsealed(key, row)) if key else _forget(row)
    for start in range(0, len(rows), 100):
        some = [row.pk for row in rows[start : start + 100]]
        audit.record(actor, Event.RECORDS_MARKED, patients=some, n=len(some))
    return len(rows)


def _forget(patient: Patient) -> None:
    Mark.objects.filter(patient=patient).delete()
    Patient.objects.filter(pk=patient.pk).update(marked=selectors.MARKED)
