"""The keyring on paper, and from paper."""

from pathlib import Path

from django.conf import settings

from portal.audit import actions as audit
from portal.crypto import rings
from portal.crypto.keyring import FILE, Keyring, KeyringRefused, load
from portal.crypto.sheets import NEED, OF
from portal.custody import selectors
from portal.custody.errors import KeyringInUse
from portal.custody.vocabulary import Event
from portal.kernel import clock
from portal.kernel.actor import Actor


def note_sheets(actor: Actor) -> None:
    """It is on record that recovery sheets were made, before anybody sees them.

    Records: SHEETS_MADE.
    """
    audit.record(actor, Event.SHEETS_MADE, need=NEED, of=OF)


def restore_keyring(actor: Actor, ring: Keyring) -> Path | None:
    """This ring is the portal's. What was in its place is kept beside it, under the name returned.

    It is not on record here: without the right ring nothing can be written. `note_restored` is.

    Refuses: KeyringInUse.
    Records: nothing.
    """
    directory = settings.KEY_DIR
    if (directory / FILE).exists():
        try:
            present = load(directory)
        except KeyringRefused:
            present = None
        if present and present.installation != ring.installation and selectors.opens(present):
            raise KeyringInUse
    return rings.restore(directory, ring, at=clock.now())


def note_restored(actor: Actor) -> None:
    """It is on record that the keyring was made again.

    Records: KEYRING_RESTORED.
    """
    audit.record(actor, Event.KEYRING_RESTORED)
