"""What changes in identity, each with its entry."""

from portal.accounts.actions.clocks import set_zone
from portal.accounts.actions.factors import (
    Enrolled,
    add_totp,
    allow_codes_again,
    begin_factor,
    confirm_factor,
    renew_recovery_codes,
)
from portal.accounts.actions.invitations import (
    Newcomer,
    accept_invitation,
    invite,
    withdraw_invitation,
)
from portal.accounts.actions.people import (
    close_person,
    create_person,
    end_role,
    grant_role,
    reopen_person,
)
from portal.accounts.actions.sessions import (
    end_lapsed_session,
    end_other_sessions,
    end_session,
    note_presence,
    revoke,
    sign_out,
    start_session,
    sweep,
)
from portal.accounts.actions.signing_in import (
    Outcome,
    Step,
    begin_sign_in,
    change_password,
    confirm_code,
)

__all__ = [
    "Enrolled",
    "Newcomer",
    "Outcome",
    "Step",
    "accept_invitation",
    "add_totp",
    "allow_codes_again",
    "begin_factor",
    "begin_sign_in",
    "change_password",
    "close_person",
    "confirm_code",
    "confirm_factor",
    "create_person",
    "end_lapsed_session",
    "end_other_sessions",
    "end_role",
    "end_session",
    "grant_role",
    "invite",
    "note_presence",
    "renew_recovery_codes",
    "reopen_person",
    "revoke",
    "set_zone",
    "sign_out",
    "start_session",
    "sweep",
    "withdraw_invitation",
]
