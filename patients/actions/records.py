"""Records: opened, changed, tied to the patient's own account."""

from uuid import UUID

from django.db import IntegrityError, transaction

from patients import policy, selectors
from patients.actions.marks import mark
from patients.actions.receipts import first_result
from patients.errors import AlreadyLinked
from patients.models import KEY_PURPOSE, Patient, chart_place
from patients.ports import Chart
from patients.vocabulary import Event
from portal.accounts.errors import NotAllowed
from portal.accounts.models import Person
from portal.audit import actions as audit
from portal.crypto import keys
from portal.crypto.envelope import seal
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id


def register_patient(
    actor: Actor, chart: Chart, *, source: str = "", command_id: UUID | None = None
) -> Patient:
    """A record with this chart is there, sealed under keys of its own. Keys come before rows.

    `source` is what other systems know the record by.

    Refuses: NotAllowed, CommandReused.
    Records: PATIENT_REGISTERED.
    """
    if not policy.may_register_patients(actor):
        raise NotAllowed
    patient_id = new_id()
    if command_id:
        first = first_result(actor, command_id, ("register", chart.packed().hex()), patient_id)
        if first:
            return Patient.objects.get(pk=first)
    keys.create_patient_key(patient_id)
    key = keys.create_data_key(patient_id, KEY_PURPOSE, patient_id)
    patient = Patient.objects.create(
        id=patient_id,
        chart_sealed=seal(key, chart.packed(), chart_place(key, patient_id, 1)),
        source_index=selectors.source_index(source) if source else None,
        created_at=clock.now(),
    )
    mark(actor, patient, chart)
    audit.record(actor, Event.PATIENT_REGISTERED, patient=patient_id)
    return patient


def change_chart(actor: Actor, patient_id: UUID, chart: Chart) -> Patient:
    """The record says this from now on.

    Refuses: NotFound.
    Locks: the patient.
    Records: CHART_CHANGED.
    """
    patient = selectors.lock_patient(actor, patient_id, among=policy.arrangeable_patients)
    key = keys.open_data_key(patient_id, KEY_PURPOSE, patient_id)
    patient.chart_version += 1
    where = chart_place(key, patient_id, patient.chart_version)
    patient.chart_sealed = seal(key, chart.packed(), where)
    patient.save(update_fields=["chart_version", "chart_sealed"])
    mark(actor, patient, chart)
    audit.record(actor, Event.CHART_CHANGED, patient=patient_id)
    return patient


def link_account(actor: Actor, patient_id: UUID, person_id: UUID) -> Patient:
    """This person is the patient, and reads the record when signed in.

    Refuses: NotFound, AlreadyLinked.
    Locks: the patient.
    Records: ACCOUNT_LINKED.
    """
    patient = selectors.lock_patient(actor, patient_id, among=policy.arrangeable_patients)
    if patient.person_id == person_id:
        return patient
    return tie_account(actor, patient, person_id)


def tie_account(actor: Actor, patient: Patient, person_id: UUID, *, proofing: str = "") -> Patient:
    """This person is the patient, as far as the clinic made sure of it.

    The caller holds the patient's lock, and has asked who may tie.

    Refuses: NotFound, AlreadyLinked.
    Records: ACCOUNT_LINKED.
    """
    if not Person.objects.filter(pk=person_id, is_active=True).exists():
        raise NotFound(kind="person")
    if patient.person_id or Patient.objects.filter(person=person_id).exists():
        raise AlreadyLinked
    patient.person_id, patient.proofing = person_id, proofing
    try:
        with transaction.atomic():
            patient.save(update_fields=["person", "proofing"])
    except IntegrityError:
        # Another record took the account between the question and the answer.
        raise AlreadyLinked from None
    audit.record(
        actor,
        Event.ACCOUNT_LINKED,
        patient=patient.pk,
        subject=person_id,
        person=person_id,
        proof=proofing or "none",
    )
    return patient
