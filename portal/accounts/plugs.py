"""What identity offers to the ground: its words, and its rows about people."""

from typing import Any
from uuid import UUID

from portal.accounts import selectors
from portal.accounts.vocabulary import SPECS
from portal.kernel.plugs import PeopleData, Ward


def export_person(person_id: UUID) -> dict[str, Any]:
    """What is known of a person as somebody who signs in."""
    return selectors.export_of(person_id)


PLUGS = Ward(
    name="portal.accounts",
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
