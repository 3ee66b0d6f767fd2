"""What the first page shows of people who work here: counts, and no names."""

from typing import Any

from portal.accounts import policy
from portal.kernel.actor import Actor


def home_card(actor: Actor) -> dict[str, Any]:
    """How many people work here and were invited, and how many lost phones wait, for whom it is."""
    card: dict[str, Any] = {}
    if policy.may_manage_people(actor):
        grants = policy.grants_in_force().filter(role__in=policy.STAFF, person__is_active=True)
        card["manages_people"] = True
        card["n_people"] = grants.values("person").distinct().count()
        card["n_invited"] = policy.readable_invitations(actor).count()
    if policy.may_note_lost_phones(actor) or policy.may_confirm_lost_phones(actor):
        card["deals_with_phones"] = True
        card["n_phones"] = policy.readable_phones(actor).count()
    return card
