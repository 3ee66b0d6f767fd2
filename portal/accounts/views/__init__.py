"""Pages of identity, by occasion."""

from portal.accounts.views.joining import join
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
)

__all__ = [
    "close_person",
    "code",
    "end_other_sessions",
    "end_role",
    "end_session",
    "factor",
    "invite",
    "join",
    "new_recovery_codes",
    "password",
    "people",
    "person",
    "recovery_codes",
    "reopen_person",
    "sessions",
    "sign_in",
    "sign_out",
    "withdraw_invitation",
]
