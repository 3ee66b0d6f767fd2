"""The acts of identity that leave an entry, and what each may hold."""

from enum import StrEnum

from django.utils.translation import gettext_noop

from portal.kernel.plugs import Detail, DetailKind, EventSpec

ROLES = (
    "patient",
    "proxy",
    "clinician",
    "coordinator",
    "supervisor",
    "privacy-officer",
    "administrator",
)
FACTORS = ("none", "app", "recovery")
WHYS_SIGN_IN = ("unknown", "password", "closed", "throttled")
WHYS_CODE = ("wrong", "throttled")
KINDS = (
    "page",
    "patient",
    "thread",
    "message",
    "person",
    "role",
    "session",
    "invitation",
    "lost-phone",
    "appointment",
    "visit",
    "question",
    "entry",
)
PROOFS = ("in-person", "known-contact", "document", "none")
"""How somebody showed who they are before they were let in."""
CALLS = ("in-person", "call-back")
"""How somebody who lost a phone showed who they are."""
WHYS_STOPPED = ("owner", "clinic", "factor-used")
WHYS_ENDED = ("idle", "limit", "by-hand", "others", "replaced", "closed", "reset")


class Event(StrEnum):
    """What happened."""

    PERSON_CREATED = "person.created"
    PERSON_CLOSED = "person.closed"
    PERSON_REOPENED = "person.reopened"
    ROLE_GRANTED = "role.granted"
    ROLE_ENDED = "role.ended"
    PASSWORD_ACCEPTED = "password.accepted"  # noqa: S105
    PASSWORD_CHANGED = "password.changed"  # noqa: S105
    PASSWORD_REFUSED = "password.refused"  # noqa: S105
    SIGNED_IN = "person.signed-in"
    SIGN_IN_REFUSED = "person.sign-in-refused"
    SIGNED_OUT = "person.signed-out"
    STEPPED_UP = "person.stepped-up"
    CODE_REFUSED = "code.refused"
    CODES_ALLOWED = "code.allowed-again"
    RECOVERY_CODE_USED = "recovery-code.used"
    RECOVERY_CODES_MADE = "recovery-codes.made"
    FACTOR_ADDED = "factor.added"
    SESSION_ENDED = "session.ended"
    RESET_ASKED = "password.reset-asked"
    RESET_DONE = "password.reset"
    ADDRESS_ASKED = "address.change-asked"
    ADDRESS_CHANGED = "address.changed"
    ADDRESS_STOPPED = "address.change-stopped"
    PHONE_LOST = "factor.loss-noted"
    PHONE_LOSS_CONFIRMED = "factor.loss-confirmed"
    PHONE_LOSS_STOPPED = "factor.loss-stopped"
    FACTOR_FELL = "factor.fell"
    INVITATION_MADE = "invitation.made"
    INVITATION_ACCEPTED = "invitation.accepted"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    ACCESS_REFUSED = "access.refused"


def _code(*codes: str) -> Detail:
    return Detail(DetailKind.CODE, frozenset(codes))


_COUNT = Detail(DetailKind.COUNT)
_ID = Detail(DetailKind.ID)
_ROLE = _code(*ROLES)
_WAY = _code("app", "recovery")

SPECS: tuple[EventSpec, ...] = (
    EventSpec(Event.PERSON_CREATED, gettext_noop("An account was made for somebody.")),
    EventSpec(Event.PERSON_CLOSED, gettext_noop("An account was closed.")),
    EventSpec(Event.PERSON_REOPENED, gettext_noop("A closed account was opened again.")),
    EventSpec(
        Event.ROLE_GRANTED, gettext_noop("Somebody was given a role."), {"which": _code(*ROLES)}
    ),
    EventSpec(
        Event.ROLE_ENDED, gettext_noop("A role of somebody ended."), {"which": _code(*ROLES)}
    ),
    EventSpec(
        Event.PASSWORD_ACCEPTED,
        gettext_noop("The first step of signing in was right; the second one followed or not."),
    ),
    EventSpec(Event.PASSWORD_CHANGED, gettext_noop("Somebody changed their password.")),
    EventSpec(
        Event.PASSWORD_REFUSED,
        gettext_noop("Somebody signed in could not confirm who they are with the password."),
        {"why": _code("password", "throttled")},
    ),
    EventSpec(
        Event.SIGNED_IN,
        gettext_noop("Somebody signed in, with this second factor."),
        {"factor": _code(*FACTORS), "which": _ID},
    ),
    EventSpec(
        Event.SIGN_IN_REFUSED,
        gettext_noop("Somebody tried to sign in and was refused."),
        {"why": _code(*WHYS_SIGN_IN)},
    ),
    EventSpec(Event.SIGNED_OUT, gettext_noop("Somebody signed out."), {"which": _ID}),
    EventSpec(
        Event.STEPPED_UP,
        gettext_noop("Somebody signed in showed once more who they are, before a sensitive act."),
        {"by": _code("app", "recovery", "password"), "which": _ID},
    ),
    EventSpec(
        Event.CODE_REFUSED,
        gettext_noop("A one-time code was refused."),
        {"way": _WAY, "why": _code(*WHYS_CODE)},
    ),
    EventSpec(
        Event.CODES_ALLOWED,
        gettext_noop("After too many wrong codes, somebody may try the second step again."),
    ),
    EventSpec(
        Event.RECOVERY_CODE_USED,
        gettext_noop("Somebody signed in with one of their recovery codes."),
        {"remaining": _COUNT},
    ),
    EventSpec(
        Event.RECOVERY_CODES_MADE,
        gettext_noop("New recovery codes were made; the old ones are worth nothing."),
        {"n": _COUNT},
    ),
    EventSpec(Event.FACTOR_ADDED, gettext_noop("Somebody set up a second factor.")),
    EventSpec(
        Event.SESSION_ENDED,
        gettext_noop("A session was ended."),
        {"which": _ID, "why": _code(*WHYS_ENDED)},
    ),
    EventSpec(
        Event.RESET_ASKED,
        gettext_noop("Somebody asked to choose a new password; an e-mail with a link followed."),
    ),
    EventSpec(
        Event.RESET_DONE,
        gettext_noop("Somebody chose a new password by the link in an e-mail."),
    ),
    EventSpec(
        Event.ADDRESS_ASKED,
        gettext_noop("Somebody asked to sign in with another address; the old one was told."),
        {"which": _ID},
    ),
    EventSpec(
        Event.ADDRESS_CHANGED,
        gettext_noop("Somebody signs in with another address, which they proved to be theirs."),
        {"which": _ID},
    ),
    EventSpec(
        Event.ADDRESS_STOPPED,
        gettext_noop("The owner of the old address kept it: the change is taken back."),
        {"which": _ID, "was_done": _code("yes", "no")},
    ),
    EventSpec(
        Event.PHONE_LOST,
        gettext_noop("The clinic noted that somebody lost their phone, and how they proved it."),
        {"which": _ID, "proof": _code(*CALLS)},
    ),
    EventSpec(
        Event.PHONE_LOSS_CONFIRMED,
        gettext_noop("A second person agreed that a colleague's second factor may fall."),
        {"which": _ID},
    ),
    EventSpec(
        Event.PHONE_LOSS_STOPPED,
        gettext_noop("A second factor that was to fall stays."),
        {"which": _ID, "why": _code(*WHYS_STOPPED)},
    ),
    EventSpec(
        Event.FACTOR_FELL,
        gettext_noop("A lost second factor and its recovery codes are worth nothing any more."),
        {"which": _ID},
    ),
    EventSpec(
        Event.INVITATION_MADE,
        gettext_noop("Somebody was invited by e-mail; how they showed who they are is noted."),
        {"which": _ID, "as_role": _ROLE, "proofing": _code(*PROOFS)},
    ),
    EventSpec(
        Event.INVITATION_ACCEPTED,
        gettext_noop("Somebody came in by an invitation, which works no more."),
        {"which": _ID, "as_role": _ROLE, "proofing": _code(*PROOFS)},
    ),
    EventSpec(
        Event.INVITATION_WITHDRAWN,
        gettext_noop("An invitation was taken back."),
        {"which": _ID, "as_role": _ROLE},
    ),
    EventSpec(
        Event.ACCESS_REFUSED,
        gettext_noop("Somebody asked for something that is not open to them, or is not there."),
        {"kind": _code(*KINDS)},
        told=gettext_noop("Asked for something of yours. It was refused."),
    ),
)
