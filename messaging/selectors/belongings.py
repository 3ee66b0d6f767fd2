"""What somebody who works here still holds: counts alone, for whoever runs the place."""

from uuid import UUID

from django.utils.translation import ngettext

from messaging.models import State, Thread


def belongings(person_id: UUID) -> list[str]:
    """Open threads that this person has taken over, and what becomes of them."""
    count = Thread.objects.filter(owner_id=person_id, state=State.OPEN).count()
    if not count:
        return []
    words = ngettext(
        "%(count)d open thread is theirs. Without them it goes back to its team.",
        "%(count)d open threads are theirs. Without them they go back to their teams.",
        count,
    )
    return [words % {"count": count}]
