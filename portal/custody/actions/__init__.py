"""What custody changes: keys under another key, keys that go, and who is erased."""

from portal.custody.actions.erasing import ask_erasure, carry_out, decide_erasure, go_on
from portal.custody.actions.recovery import note_restored, note_sheets, restore_keyring
from portal.custody.actions.renewing import renew_data_keys
from portal.custody.actions.rotation import prepare, retire, rotate

__all__ = [
    "ask_erasure",
    "carry_out",
    "decide_erasure",
    "go_on",
    "note_restored",
    "note_sheets",
    "prepare",
    "renew_data_keys",
    "restore_keyring",
    "retire",
    "rotate",
]
