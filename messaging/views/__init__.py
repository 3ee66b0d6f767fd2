"""Pages of threads and teams. Everything works by plain forms; a script makes it live."""

from messaging.views.drafts import keep, keep_new
from messaging.views.teams import join_team, leave_team, team, teams
from messaging.views.tending import assign, claim, note, release, resolve
from messaging.views.threads import close, mark_read, reopen, reply, thread, threads, write

__all__ = [
    "assign",
    "claim",
    "close",
    "join_team",
    "keep",
    "keep_new",
    "leave_team",
    "mark_read",
    "note",
    "release",
    "reopen",
    "reply",
    "resolve",
    "team",
    "teams",
    "thread",
    "threads",
    "write",
]
