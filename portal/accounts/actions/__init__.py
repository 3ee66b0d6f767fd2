"""What changes in identity, each with its entry."""

from portal.accounts.actions.addresses import (
    ask_address_change,
    keep_address,
    prove_address,
)
from portal.accounts.actions.factors import (
    Enrolled,
    add_totp,
    allow_codes_again,
    begin_factor,
    confirm_factor,
    renew_recovery_codes,
)
from portal.accounts.actions.held_forms import drop_held_form, drop_held_forms, hold_form
from portal.accounts.actions.invitations import (
    Newcomer,
    accept_invitation,
    invite,
    withdraw_invitation,
)
from portal.accounts.actions.likings import set_language, set_zone
from portal.accounts.actions.log_letters import raise_log_alarm, send_checkpoint
from portal.accounts.actions.lost_phones import (
    confirm_lost_phone,
    keep_phone,
    let_factors_fall,
    note_lost_phone,
    withdraw_lost_phone,
)
from portal.accounts.actions.passwords import answer_resets, ask_reset, reset_password
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
from portal.accounts.actions.stepping_up import step_up_by_code, step_up_by_password

__all__ = [
    "Enrolled",
    "Newcomer",
    "Outcome",
    "Step",
    "accept_invitation",
    "add_totp",
    "allow_codes_again",
    "answer_resets",
    "ask_address_change",
    "ask_reset",
    "begin_factor",
    "begin_sign_in",
    "change_password",
    "close_person",
    "confirm_code",
    "confirm_factor",
    "confirm_lost_phone",
    "create_person",
    "drop_held_form",
    "drop_held_forms",
    "end_lapsed_session",
    "end_other_sessions",
    "end_role",
    "end_session",
    "grant_role",
    "hold_form",
    "invite",
    "keep_address",
    "keep_phone",
    "let_factors_fall",
    "note_lost_phone",
    "note_presence",
    "prove_address",
    "raise_log_alarm",
    "renew_recovery_codes",
    "reopen_person",
    "reset_password",
    "revoke",
    "send_checkpoint",
    "set_language",
    "set_zone",
    "sign_out",
    "start_session",
    "step_up_by_code",
    "step_up_by_password",
    "sweep",
    "withdraw_invitation",
    "withdraw_lost_phone",
]
