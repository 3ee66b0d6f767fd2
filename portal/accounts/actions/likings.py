"""How somebody likes their pages: by which clock, and in which language."""

from dataclasses import replace

from portal.accounts.models import Person
from portal.accounts.selectors.people import sealed, unsealed
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound


def set_zone(actor: Actor, zone: str) -> None:
    """Every page shows the actor its times in this zone. The caller knows that there is such a one.

    Refuses: NotFound.
    Locks: the person.
    Records: nothing; it is how one's own pages look.
    """
    _keep(actor, zone=zone)


def set_language(actor: Actor, language: str) -> None:
    """Every page and letter speaks this language to the actor. The caller knows that we speak it.

    Refuses: NotFound.
    Locks: the person.
    Records: nothing; it is how one's own pages look.
    """
    _keep(actor, language=language)


def _keep(actor: Actor, **liking: str) -> None:
    person = Person.objects.select_for_update().filter(pk=actor.id).first()
    if person is None or not actor.is_person:
        raise NotFound(kind="person")
    profile = replace(unsealed(person.pk, bytes(person.profile_sealed)), **liking)
    person.profile_sealed = sealed(person.pk, profile)
    person.save(update_fields=["profile_sealed"])
