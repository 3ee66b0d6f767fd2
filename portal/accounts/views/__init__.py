"""Pages of identity, by occasion."""

from portal.accounts.views.joining import join
from portal.accounts.views.languages import language
from portal.accounts.views.people import (
    close_person,
    end_role,
    invite,
    people,
    person,
    reopen_person,
    withdraw_invitation,
)
from portal.accounts.views.signing_in import (
    code,
    end_other_sessions,
    end_session,
    factor,
    new_recovery_codes,
    password,
    recovery_codes,
    sessions,
    sign_in,
    sign_out,
    stay,
)
from portal.accounts.views.ways_back import (
    address,
    confirm_lost_phone,
    forgotten,
    keep_address,
    keep_phone,
    lost_phones,
    prove_address,
    reset,
    withdraw_lost_phone,
)

__all__ = [
    "address",
    "close_person",
    "code",
    "confirm_lost_phone",
    "end_other_sessions",
    "end_role",
    "end_session",
    "factor",
    "forgotten",
    "invite",
    "join",
    "keep_address",
    "keep_phone",
    "language",
    "lost_phones",
    "new_recovery_codes",
    "password",
    "people",
    "person",
    "prove_address",
    "recovery_codes",
    "reopen_person",
    "reset",
    "sessions",
    "sign_in",
    "sign_out",
    "stay",
    "withdraw_invitation",
    "withdraw_lost_phone",
]
