"""Who may ask for the erasure of a person, and who may decide about it. It opens nothing."""

from portal.kernel.actor import Actor

DECIDING = frozenset({"administrator", "privacy-officer"})


def may_erase(actor: Actor) -> bool:
    """True for those who ask for an erasure or, as a second person, decide about it."""
    return actor.is_person and actor.has_role(*DECIDING)
