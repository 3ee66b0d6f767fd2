"""What custody changes: keys under another key, keys that go, and who is erased."""

from portal.custody.actions.recovery import note_restored, note_sheets, restore_keyring
from portal.custody.actions.rotation import prepare, retire, rotate

__all__ = ["note_restored", "note_sheets", "prepare", "restore_keyring", "retire", "rotate"]
