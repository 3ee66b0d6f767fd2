"""What changes in the outbox: rooms post and withdraw, the postman takes and marks."""

from portal.outbox.actions.erasing import erase_letters, erase_letters_about
from portal.outbox.actions.posting import post, withdraw, withdraw_from
from portal.outbox.actions.sending import mark_failed, mark_sent, sweep, take_due

__all__ = [
    "erase_letters",
    "erase_letters_about",
    "mark_failed",
    "mark_sent",
    "post",
    "sweep",
    "take_due",
    "withdraw",
    "withdraw_from",
]
