"""What happens to threads, in the words of the evidence. No text, no topic, no name."""

from enum import StrEnum

from django.utils.translation import gettext_noop

from portal.kernel.plugs import Detail, DetailKind, EventSpec

_COUNT = Detail(DetailKind.COUNT)
_ID = Detail(DetailKind.ID)


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
    THREAD_CLAIMED = "thread.claimed"
    THREAD_RELEASED = "thread.released"
    THREAD_ASSIGNED = "thread.assigned"
    THREAD_MOVED = "thread.moved"
    THREAD_RESOLVED = "thread.resolved"
    NOTE_WRITTEN = "note.written"
    NOTES_FOLLOWED = "note.followed"
    NOTES_LEFT = "note.left"
    DRAFT_BEGUN = "draft.begun"
    DRAFT_READ = "draft.read"
    DRAFT_THROWN = "draft.thrown-away"
    TEAM_SAVED = "team.saved"
    TEAM_JOINED = "team.joined"
    TEAM_ENDED = "team.ended"


SPECS = (
    EventSpec(
        Event.THREAD_OPENED,
        gettext_noop("Somebody started a thread."),
        told=gettext_noop("Started a conversation"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.MESSAGE_SENT,
        gettext_noop("Somebody wrote a message."),
        {"sequence": _COUNT},
        told=gettext_noop("Wrote a message"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.THREAD_CLOSED,
        gettext_noop("Somebody closed a thread."),
        {"sequence": _COUNT},
        told=gettext_noop("Closed a conversation"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.THREAD_REOPENED,
        gettext_noop("Somebody reopened a thread."),
        {"sequence": _COUNT},
        told=gettext_noop("Opened a closed conversation again"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.INBOX_READ,
        gettext_noop(
            "Somebody saw threads in a list: their topics, and how the newest messages begin."
        ),
        {"threads": _COUNT},
        told=gettext_noop(
            "Saw your messages in a list: what they are about, and how the newest begin"
        ),
    ),
    EventSpec(
        Event.THREAD_READ,
        gettext_noop("Somebody read a thread."),
        {"first": _COUNT, "last": _COUNT},
        told=gettext_noop("Opened your messages"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.THREAD_FOLLOWED,
        gettext_noop("Somebody opened a thread and followed it live, from this message on."),
        {"first": _COUNT},
        told=gettext_noop("Opened your messages"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.THREAD_LEFT,
        gettext_noop("Somebody stopped following a thread, after this message."),
        {"last": _COUNT},
        told=gettext_noop("Stopped reading your messages"),
        ends=Event.THREAD_FOLLOWED,
        place="messaging:thread",
    ),
    EventSpec(
        Event.SEAL_BROKEN,
        gettext_noop(
            "A message could not be unsealed for somebody: it was changed, or moved from its place."
        ),
        {"sequence": _COUNT},
        told=gettext_noop("Could not open a message, because it was changed or moved"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.THREAD_CLAIMED,
        gettext_noop("Somebody took a thread over."),
        told=gettext_noop("Took over your conversation, to answer you"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.THREAD_RELEASED,
        gettext_noop("Somebody let a thread go, back to its team."),
        told=gettext_noop("Gave your conversation back to its team"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.THREAD_ASSIGNED,
        gettext_noop("Somebody gave a thread to a colleague."),
        {"to": _ID},
        told=gettext_noop("Gave your conversation to a colleague, to answer you"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.THREAD_MOVED,
        gettext_noop("Somebody handed a thread on to another team, or to the care team."),
        {"team": _ID},
        told=gettext_noop("Passed your conversation on to another team"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.THREAD_RESOLVED,
        gettext_noop("Somebody marked a thread as done: nothing is owed."),
        told=gettext_noop("Marked your conversation as done"),
        place="messaging:thread",
    ),
    EventSpec(
        Event.NOTE_WRITTEN,
        gettext_noop("Somebody wrote a note for colleagues."),
        {"asks": _ID},
        told=gettext_noop("Wrote a note about your conversation for colleagues"),
    ),
    EventSpec(
        Event.NOTES_FOLLOWED,
        gettext_noop("Somebody who tends a thread opened it to work on it, notes or none."),
        told=gettext_noop("Opened your conversation to work on it"),
    ),
    EventSpec(
        Event.NOTES_LEFT,
        gettext_noop("Somebody who tends a thread stopped working on it."),
        told=gettext_noop("Stopped working on your conversation"),
        ends=Event.NOTES_FOLLOWED,
    ),
    EventSpec(
        Event.DRAFT_BEGUN,
        gettext_noop("Somebody began a message that is kept until they send it."),
        told=gettext_noop("Began a message"),
    ),
    EventSpec(
        Event.DRAFT_READ,
        gettext_noop("Somebody went on with a message that they had begun themself."),
        told=gettext_noop("Went on with a message"),
    ),
    EventSpec(
        Event.DRAFT_THROWN,
        gettext_noop("A message that was begun and never sent was thrown away."),
        told=gettext_noop("Threw away a message that was not sent"),
    ),
    EventSpec(
        Event.TEAM_SAVED,
        gettext_noop("An administrator set up a team: its words, its promise, whether it is open."),
        told=gettext_noop("Set up a team of the clinic"),
    ),
    EventSpec(
        Event.TEAM_JOINED,
        gettext_noop("Somebody joined a team and reads what patients write to it."),
        {"person": _ID},
        told=gettext_noop("Joined a team of the clinic"),
    ),
    EventSpec(
        Event.TEAM_ENDED,
        gettext_noop("Somebody left a team."),
        {"person": _ID},
        told=gettext_noop("Left a team of the clinic"),
    ),
)
