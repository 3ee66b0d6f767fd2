"""A command that came before is not carried out again."""

from collections.abc import Sequence
from uuid import UUID

from patients.errors import CommandReused
from patients.models import Receipt
from portal.crypto import blind
from portal.crypto.primitives import same
from portal.kernel import clock
from portal.kernel.actor import Actor

CONTENT = "patients.command"


def first_result(
    actor: Actor, command_id: UUID, content: Sequence[object], result: UUID
) -> UUID | None:
    """What this command made when it came before; None if it is new, and `result` is kept for it.

    Refuses: CommandReused for another content.
    Records: nothing; what the command does is recorded.
    """
    told = "\x1f".join(str(part) for part in content)
    digest = blind.index(CONTENT, told)
    receipt = Receipt(
        person_id=actor.id,
        command_id=command_id,
        digest=digest,
        result=result,
        made_at=clock.now(),
    )
    Receipt.objects.bulk_create([receipt], ignore_conflicts=True)
    first = Receipt.objects.get(person_id=actor.id, command_id=command_id)
    if first.result == result:
        return None
    if not same(bytes(first.digest), digest):
        raise CommandReused
    return first.result
