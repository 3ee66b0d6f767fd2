"""What happens to threads, in the words of the evidence. No text, no topic, no name."""

from enum import StrEnum

from django.utils.translation import gettext_noop

from portal.kernel.plugs import Detail, DetailKind, EventSpec

_COUNT = Detail(DetailKind.COUNT)


class Event(StrEnum):
    """The acts of this ward that leave an entry."""

    THREAD_OPENED = "thread.opened"
    MESSAGE_SENT = "message.sent"
    THREAD_CLOSED = "thread.closed"
    THREAD_REOPENED = "thread.reopened"
    INBOX_READ = "inbox.read"
    THREAD_READ = "thread.read"
    THREAD_FOLLOWED = "thread.followed"
    THREAD_LEFT = "thread.left"
    SEAL_BROKEN = "message.seal-broken"


SPECS = (
    EventSpec(Event.THREAD_OPENED, gettext_noop("Somebody started a thread.")),
    EventSpec(Event.MESSAGE_SENT, gettext_noop("Somebody wrote a message."), {"sequence": _COUNT}),
    EventSpec(Event.THREAD_CLOSED, gettext_noop("Somebody closed a thread."), {"sequence": _COUNT}),
    EventSpec(
        Event.THREAD_REOPENED,
        gettext_noop("Somebody reopened a thread."),
        {"sequence": _COUNT},
    ),
    EventSpec(
        Event.INBOX_READ,
        gettext_noop(
            "Somebody saw threads in a list: their topics, and how the newest messages begin."
        ),
        {"threads": _COUNT},
    ),
    EventSpec(
        Event.THREAD_READ,
        gettext_noop("Somebody read a thread."),
        {"first": _COUNT, "last": _COUNT},
    ),
    EventSpec(
        Event.THREAD_FOLLOWED,
        gettext_noop("Somebody opened a thread and followed it live, from this message on."),
        {"first": _COUNT},
    ),
    EventSpec(
        Event.THREAD_LEFT,
        gettext_noop("Somebody stopped following a thread, after this message."),
        {"last": _COUNT},
    ),
    EventSpec(
        Event.SEAL_BROKEN,
        gettext_noop(
            "A message could not be unsealed for somebody: it was changed, or moved from its place."
        ),
        {"sequence": _COUNT},
    ),
)
