"""The acts of custody that leave an entry, and what each may hold."""

from enum import StrEnum

from django.utils.translation import gettext_noop

from portal.kernel.plugs import Detail, DetailKind, EventSpec


class Event(StrEnum):
    """What happened."""

    ROTATION_STARTED = "key.rotation-started"
    ROTATION_FINISHED = "key.rotation-finished"
    KEK_RETIRED = "key.retired"
    SHEETS_MADE = "key.sheets-made"
    KEYRING_RESTORED = "key.ring-restored"


_COUNT = Detail(DetailKind.COUNT)

SPECS: tuple[EventSpec, ...] = (
    EventSpec(
        Event.ROTATION_STARTED,
        gettext_noop("A new key began to wrap the keys of all patients; so many were to be moved."),
        {"rows": _COUNT},
    ),
    EventSpec(
        Event.ROTATION_FINISHED,
        gettext_noop("The keys of all patients are wrapped by the new key."),
        {"moved": _COUNT, "passes": _COUNT, "left": _COUNT, "broken": _COUNT},
    ),
    EventSpec(
        Event.KEK_RETIRED,
        gettext_noop("An old key was destroyed; backups from before it was replaced are closed."),
        {"before_horizon": Detail(DetailKind.CODE, frozenset({"yes", "no"})), "rows": _COUNT},
    ),
    EventSpec(
        Event.SHEETS_MADE,
        gettext_noop("Recovery sheets of the keyring were printed."),
        {"need": _COUNT, "of": _COUNT},
    ),
    EventSpec(
        Event.KEYRING_RESTORED, gettext_noop("The keyring was made again from recovery sheets.")
    ),
)
