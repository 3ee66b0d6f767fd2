"""What may be done to threads. Each action is carried out by the door, and once per command id."""

from messaging.actions.asides import Noted
from messaging.actions.drafts import Kept, keep_new, keep_reply, sweep_drafts
from messaging.actions.items import Sent
from messaging.actions.marks import mark_read
from messaging.actions.notes import write_note
from messaging.actions.notices import take_back_notices, tell_absent
from messaging.actions.opening import open_thread
from messaging.actions.owning import assign, claim, hand_on, release, resolve
from messaging.actions.replies import close_thread, reopen_thread, reply
from messaging.actions.teams import TeamWords, join_team, leave_team, save_team

__all__ = [
    "Kept",
    "Noted",
    "Sent",
    "TeamWords",
    "assign",
    "claim",
    "close_thread",
    "hand_on",
    "join_team",
    "keep_new",
    "keep_reply",
    "leave_team",
    "mark_read",
    "open_thread",
    "release",
    "reopen_thread",
    "reply",
    "resolve",
    "save_team",
    "sweep_drafts",
    "take_back_notices",
    "tell_absent",
    "write_note",
]
