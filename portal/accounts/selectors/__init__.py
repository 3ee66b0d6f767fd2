"""Looking things up in identity. Nothing here writes, and nothing leaves an entry."""

from portal.accounts.selectors.factors import (
    SetUp,
    code_now,
    has_factor,
    remaining_codes,
    seconds_until_accepted,
    set_up_of,
)
from portal.accounts.selectors.passwords import (
    Attempt,
    attempt_own_password,
    attempt_password,
    hashed_password,
)
from portal.accounts.selectors.people import (
    Profile,
    export_of,
    find_open_person,
    find_person,
    name_of,
    names_of,
    people_with_role,
    profiles,
)
from portal.accounts.selectors.sessions import (
    SessionLine,
    device_code,
    find_session,
    revoked_since,
    sessions_of,
    signed_in_lately,
    standing_of,
    standing_of_key,
    standing_of_session,
)

__all__ = [
    "Attempt",
    "Profile",
    "SessionLine",
    "SetUp",
    "attempt_own_password",
    "attempt_password",
    "code_now",
    "device_code",
    "export_of",
    "find_open_person",
    "find_person",
    "find_session",
    "has_factor",
    "hashed_password",
    "name_of",
    "names_of",
    "people_with_role",
    "profiles",
    "remaining_codes",
    "revoked_since",
    "seconds_until_accepted",
    "sessions_of",
    "set_up_of",
    "signed_in_lately",
    "standing_of",
    "standing_of_key",
    "standing_of_session",
]
