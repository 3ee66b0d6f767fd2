"""What identity offers to the ground: its words, and its rows about people."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from portal.accounts import selectors
from portal.accounts.vocabulary import SPECS
from portal.kernel.actor import Actor
from portal.kernel.plugs import NavItem, PeopleData, Ward


def export_person(person_id: UUID) -> dict[str, Any]:
    """What is known of a person as somebody who signs in."""
    return selectors.export_of(person_id)


def places(actor: Actor) -> list[NavItem]:
    """Where everybody finds what is open in their name."""
    return [NavItem(_("Devices"), "accounts:sessions", "device", 90, is_account=True)]


PLUGS = Ward(
    name="portal.accounts",
    navigation=(places,),
    vocabulary=SPECS,
    people_data=(
        PeopleData("accounts.Person", "pk", "account", exporter=export_person),
        PeopleData("accounts.RoleGrant", "person", "account"),
        PeopleData("accounts.Session", "person", "days-30"),
        PeopleData("accounts.TotpDevice", "user", "account"),
        PeopleData("accounts.RecoveryDevice", "user", "account"),
        PeopleData("accounts.RecoveryCode", "device__user", "account"),
    ),
)
