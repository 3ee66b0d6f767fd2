"""The acts of custody that leave an entry, and what each may hold."""

from enum import StrEnum

from django.utils.translation import gettext_noop

from portal.kernel.plugs import Detail, DetailKind, EventSpec

LASTING = ("audit", "chart", "draft", "question", "thread")
"""The purposes of data keys that go on sealing; an appointment's and a visit's end with them."""
BRIEF = ("appointment", "visit")
PROOFS = ("in-person", "call-back", "signed-in", "document")
"""How the clinic made sure who asks for the erasure."""
DECISIONS = ("granted", "refused")
REASONS = (
    "asked",
    "kept-too-long",
    "kept-unlawfully",
    "duty-to-keep",
    "legal-claims",
    "not-proven",
)
"""Why it was decided so (GDPR 17(1) and 17(3))."""
RETENTION = {
    "record": "ids, days and times that others' acts are measured by; what was written is sealed "
    "and opens no more",
    "evidence": "the law asks who did what: under a pseudonym that nobody can link to a person "
    "any more",
    "evidence-detail": "belongs to the evidence; sealed, and opens no more",
    "account": "an id, so that what others did together with it still points somewhere",
}
"""Why rows of a class stay after an erasure, and what they still tell."""


class Event(StrEnum):
    """What happened."""

    ROTATION_STARTED = "key.rotation-started"
    ROTATION_FINISHED = "key.rotation-finished"
    KEK_RETIRED = "key.retired"
    DATA_KEYS_RENEWED = "key.renewed"
    SHEETS_MADE = "key.sheets-made"
    KEYRING_RESTORED = "key.ring-restored"
    ERASURE_ASKED = "erasure.asked"
    ERASURE_DECIDED = "erasure.decided"
    ERASURE_BEGUN = "erasure.begun"
    ERASURE_DONE = "erasure.done"
    SHREDDED_AGAIN = "erasure.repeated"


_COUNT = Detail(DetailKind.COUNT)
_ID = Detail(DetailKind.ID)


def _code(*codes: str) -> Detail:
    return Detail(DetailKind.CODE, frozenset(codes))


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
        {"before_horizon": _code("yes", "no"), "rows": _COUNT},
    ),
    EventSpec(
        Event.DATA_KEYS_RENEWED,
        gettext_noop("Data keys that had sealed for a year got successors."),
        {"n": _COUNT, "broken": _COUNT},
    ),
    EventSpec(
        Event.SHEETS_MADE,
        gettext_noop("Recovery sheets of the keyring were printed."),
        {"need": _COUNT, "of": _COUNT},
    ),
    EventSpec(
        Event.KEYRING_RESTORED, gettext_noop("The keyring was made again from recovery sheets.")
    ),
    EventSpec(
        Event.ERASURE_ASKED,
        gettext_noop("Somebody asked for a patient's record to be erased."),
        {"proof": _code(*PROOFS)},
        told=gettext_noop("Asked for your record to be erased"),
    ),
    EventSpec(
        Event.ERASURE_DECIDED,
        gettext_noop("A second person decided about the erasure of a record."),
        {"decision": _code(*DECISIONS), "why": _code(*REASONS)},
        told=gettext_noop("Decided about erasing your record"),
    ),
    EventSpec(
        Event.ERASURE_BEGUN,
        gettext_noop("The erasure of a record began."),
        told=gettext_noop("Began to erase your record"),
    ),
    EventSpec(
        Event.ERASURE_DONE,
        gettext_noop("A record was erased for good; the receipt has these counts and this digest."),
        {"facts": _ID, "gone": _COUNT, "kept": _COUNT},
    ),
    EventSpec(
        Event.SHREDDED_AGAIN,
        gettext_noop("Keys of erased patients had come back with an old copy, and were destroyed."),
        {"n": _COUNT},
    ),
)
