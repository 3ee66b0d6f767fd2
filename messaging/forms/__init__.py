"""The shape of what pages and sockets send. Who may do what, and which texts, is decided later."""

from messaging.forms.bodies import (
    parse_assign,
    parse_hand_on,
    parse_mark,
    parse_note,
    parse_open,
    parse_reply,
    parse_thread,
)
from messaging.forms.pages import (
    AssignForm,
    CommandForm,
    MarkForm,
    MemberForm,
    NewTeamForm,
    NoteForm,
    ReplyForm,
    TeamForm,
    WriteForm,
)

__all__ = [
    "AssignForm",
    "CommandForm",
    "MarkForm",
    "MemberForm",
    "NewTeamForm",
    "NoteForm",
    "ReplyForm",
    "TeamForm",
    "WriteForm",
    "parse_assign",
    "parse_hand_on",
    "parse_mark",
    "parse_note",
    "parse_open",
    "parse_reply",
    "parse_thread",
]
