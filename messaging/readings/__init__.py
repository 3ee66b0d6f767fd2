"""Reads that unseal: each leaves its entry first, and without the entry shows nothing."""

from messaging.readings.inbox import InboxPage, ThreadLine, home_card, inbox
from messaging.readings.lines import Author, Line
from messaging.readings.live import ThreadTopic
from messaging.readings.threads import ThreadPage, read_thread
from messaging.readings.writing import WritePage, exported, write_page

__all__ = [
    "Author",
    "InboxPage",
    "Line",
    "ThreadLine",
    "ThreadPage",
    "ThreadTopic",
    "WritePage",
    "exported",
    "home_card",
    "inbox",
    "read_thread",
    "write_page",
]
