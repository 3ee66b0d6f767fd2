"""A command that came before is not carried out again."""

from collections.abc import Sequence
from uuid import UUID

from portal.crypto import blind
from portal.crypto.primitives import same
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id
from scheduling.errors import CommandReused
from scheduling.models import Receipt

CONTENT = "scheduling.command"


def first_result(
    actor: Actor, command_id: UUID, content: Sequence[object], result: UUID
) -> UUID | None:
    """What this command made when it came before; None if it is new, and `result` is kept for it.

    Refuses: CommandReused for another content.
    Records: nothing; what the command does is recorded.
    """
    digest = blind.index(CONTENT, "\x1f".join(map(str, content)))
    receipt = Receipt(
        person_id=actor.id,
        command_id=command_id,
        digest=digest,
        result=result,
        mark=new_id(),
        made_at=clock.now(),
    )
    Receipt.objects.bulk_create([receipt], ignore_conflicts=True)
    first = Receipt.objects.get(person_id=actor.id, command_id=command_id)
    if not same(bytes(first.digest), digest):
        raise CommandReused
    return None if first.mark == receipt.mark else first.result
