"""A record that is erased: what stands in the clear about its patient, and who reached it."""

from uuid import UUID

from patients.models import CareTeamMember, Encounter, Mark, Offer, Patient
from patients.policy import grants_ahead
from portal.accounts.actions.erasing import erase_invitation
from portal.accounts.actions.sessions import revoke
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.outbox import actions as outbox


def erase_record(actor: Actor, patient_id: UUID) -> None:
    """Nobody reaches or finds the record, and open pages know within a second.

    The row stays, and the dated links of who treated the patient and who acted for them: ids and
    days, which what others did is measured by. The sealed chart stays as it is; it opens no more.

    Locks: the patient, the links, the people behind them.
    Records: nothing; the erasure does.
    """
    Patient.objects.select_for_update().filter(pk=patient_id).first()
    now = clock.now()
    proxies = grants_ahead().filter(patient=patient_id)
    members = CareTeamMember.objects.filter(patient=patient_id).exclude(ends_at__lte=now)
    people = {*proxies.values_list("person", flat=True), *members.values_list("person", flat=True)}
    for links in (proxies, members):
        links.update(ends_at=now, ended_by=actor.id)
    for offer in Offer.objects.filter(patient=patient_id):
        if offer.letter:
            erase_invitation(actor, offer.letter)
            outbox.erase_letters_about(actor, offer.letter)
        outbox.erase_letters_about(actor, offer.pk)
    for table in (Mark, Offer, Encounter):
        table._default_manager.filter(patient=patient_id).delete()
    Patient.objects.filter(pk=patient_id).update(source_index=None, person=None, proofing="")
    for person_id in sorted(people):
        revoke(actor, person_id)
