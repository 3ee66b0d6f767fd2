"""Patients in lists: what they are called, and no more."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from patients import policy, selectors
from patients.models import KEY_PURPOSE, Patient, chart_place
from patients.ports import Chart, age_on, born_on
from patients.vocabulary import Event
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.envelope import OpenKey, unseal
from portal.crypto.keycache import KeyName
from portal.kernel import clock
from portal.kernel.actor import Actor

AT_ONCE = 100
ON_HOME = 20


@dataclass(frozen=True, slots=True, repr=False)
class PatientLine:
    """One patient in a list."""

    id: UUID
    name: str
    called: str
    born_on: date | None
    age: int | None
    is_me: bool = False
    may_write: bool = False


def lines_of(actor: Actor, patient_ids: Collection[UUID]) -> dict[UUID, PatientLine]:
    """These patients as lines of a list; who is not reached, or was erased, is left out.

    Records: NAMES_READ, one entry that names up to a hundred of them.
    """
    reached = policy.reachable_patients(actor).filter(pk__in={*patient_ids})
    rows = list(reached.order_by("pk"))
    for some in _in_hundreds(row.pk for row in rows):
        audit.record_alone(actor, Event.NAMES_READ, patients=some, shown=len(some))
    writable = {
        *policy.correspondable_patients(actor)
        .filter(pk__in=[row.pk for row in rows])
        .values_list("pk", flat=True)
    }
    mine = {row.pk for row in rows if row.person_id == actor.id}
    return {
        line.id: replace(line, is_me=line.id in mine, may_write=line.id in writable)
        for line in _lines(rows)
    }


def names_of(actor: Actor, patient_ids: Collection[UUID]) -> dict[UUID, str]:
    """What these patients are called; who is not reached, or was erased, is left out.

    Records: NAMES_READ, one entry that names up to a hundred of them.
    """
    return {patient_id: line.name for patient_id, line in lines_of(actor, patient_ids).items()}


def home_card(actor: Actor) -> dict[str, Any]:
    """The patients of the first page: one's own record first, then by name.

    Records: NAMES_READ.
    """
    reached = selectors.patients_for(actor)
    lines = lines_of(actor, reached[:ON_HOME])
    in_order = sorted(lines.values(), key=lambda line: (not line.is_me, line.name.casefold()))
    told = policy.reportable_patients(actor).filter(pk__in=[*lines]).values_list("pk", flat=True)
    return {
        "patients": in_order,
        "n_patients": len(reached),
        "reports": {*told},
        # Who treats nobody here has no patients, and no messages to answer.
        "treats": actor.has_role(*policy.TREATING),
    }


def lines_under(patient_ids: Iterable[UUID]) -> dict[UUID, PatientLine]:
    """These patients as lines, for a reading whose own entry names them already.

    The caller has asked the policy. Who was erased is left out.
    """
    rows = Patient.objects.filter(pk__in={*patient_ids})
    return {line.id: line for line in _lines(list(rows))}


def names_under(patient_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What these patients are called, for such a reading."""
    return {patient_id: line.name for patient_id, line in lines_under(patient_ids).items()}


def _lines(rows: Collection[Patient]) -> Iterator[PatientLine]:
    names = {row.pk: KeyName(row.pk, KEY_PURPOSE, row.pk) for row in rows}
    opened = keys.open_data_keys(names.values())
    today = selectors.clinic_day(clock.now())
    for row in rows:
        if key := opened.get(names[row.pk]):
            found = unsealed(key, row)
            yield PatientLine(
                row.pk,
                found.name.shown,
                found.called,
                born_on(found.born),
                age_on(found.born, today),
            )


def unsealed(key: OpenKey, patient: Patient) -> Chart:
    """The chart in this row. The caller leaves the entry."""
    sealed = bytes(patient.chart_sealed)
    key = key.of(sealed)
    where = chart_place(key, patient.pk, patient.chart_version)
    return Chart.unpacked(unseal(key, sealed, where))


def _in_hundreds(patient_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    left = iter(patient_ids)
    while some := list(islice(left, AT_ONCE)):
        yield some
