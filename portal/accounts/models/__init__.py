"""The tables of identity. Nothing here tells who somebody is without the keyring."""

from portal.accounts.models.invitations import Invitation
from portal.accounts.models.people import (
    HeldForm,
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
from portal.accounts.models.ways_back import AddressChange, LostPhone, PasswordReset

__all__ = [
    "AddressChange",
    "HeldForm",
    "Invitation",
    "LostPhone",
    "PasswordReset",
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
