"""Letters of somebody who is erased."""

from uuid import UUID

from portal.kernel.actor import Actor
from portal.outbox.models import Letter


def erase_letters(actor: Actor, person_id: UUID) -> None:
    """No letter to this person is here, sent or not.

    Locks: the letters.
    Records: nothing; the erasure does.
    """
    Letter.objects.filter(to_person=person_id).delete()


def erase_letters_about(actor: Actor, about: UUID) -> None:
    """No letter about this is here: its address stands in it, sealed.

    Locks: the letters.
    Records: nothing; the erasure does.
    """
    Letter.objects.filter(about=about).delete()
