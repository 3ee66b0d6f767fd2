"""Links that somebody with an old password may have asked for."""

from uuid import UUID

from portal.accounts.models import AddressChange, PasswordReset
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.outbox import actions as outbox

RESET, PROOF = "accounts.reset", "accounts.address-proof"


def end_open_links(actor: Actor, person_id: UUID) -> None:
    """No reset and no new address that waits counts any more. Who was told may still say no.

    Locks: the letters.
    Records: nothing; the act that ends them does.
    """
    now = clock.now()
    PasswordReset.objects.filter(person=person_id, ended_at=None).update(ended_at=now)
    outbox.withdraw(actor, person_id, kinds=[RESET])
    asked = AddressChange.objects.filter(
        person=person_id, done_at=None, ended_at=None, proof_until__gt=now
    )
    for change in asked.select_for_update().order_by("pk"):
        change.proof_until = now
        change.save(update_fields=["proof_until"])
        outbox.withdraw(actor, change.pk, kinds=[PROOF])
