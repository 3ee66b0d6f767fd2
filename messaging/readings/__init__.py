"""Reads that unseal: each leaves its entry first, and without the entry shows nothing."""

from messaging.readings.asides import AsideLine, NotesTopic
from messaging.readings.desk import DeskPage, InboxTopic, desk
from messaging.readings.drafts import DraftShown, Words, draft_about, draft_in, exported_drafts
from messaging.readings.inbox import InboxPage, ThreadLine, answers, home_card, inbox
from messaging.readings.lines import Author, Line
from messaging.readings.live import ThreadTopic
from messaging.readings.teams import TeamPage, TeamsPage, team_page, teams_card, teams_page
from messaging.readings.tending import CARE, Tending
from messaging.readings.threads import ThreadPage, read_thread
from messaging.readings.writing import WritePage, exported, write_page

__all__ = [
    "CARE",
    "AsideLine",
    "Author",
    "DeskPage",
    "DraftShown",
    "InboxPage",
    "InboxTopic",
    "Line",
    "NotesTopic",
    "TeamPage",
    "TeamsPage",
    "Tending",
    "ThreadLine",
    "ThreadPage",
    "ThreadTopic",
    "Words",
    "WritePage",
    "answers",
    "desk",
    "draft_about",
    "draft_in",
    "exported",
    "exported_drafts",
    "home_card",
    "inbox",
    "read_thread",
    "team_page",
    "teams_card",
    "teams_page",
    "write_page",
]
