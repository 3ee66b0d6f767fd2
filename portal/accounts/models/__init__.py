"""The tables of identity. Nothing here tells who somebody is without the keyring."""

from portal.accounts.models.invitations import Invitation
from portal.accounts.models.people import (
    People,
    Person,
    RecoveryCode,
    RecoveryDevice,
    RoleGrant,
    Session,
    Stage,
    Throttle,
    TotpDevice,
)

__all__ = [
    "Invitation",
    "People",
    "Person",
    "RecoveryCode",
    "RecoveryDevice",
    "RoleGrant",
    "Session",
    "Stage",
    "Throttle",
    "TotpDevice",
]
