"""Rows of threads and items, through the policy, still sealed."""

from messaging.selectors.inbox import Cursor, InboxRow, Show, inbox_rows, n_waiting, waiting_rows
from messaging.selectors.items import ItemRow, find_item, items_after, items_before
from messaging.selectors.threads import (
    Held,
    ThreadRow,
    correspondable,
    fetch_role,
    fetch_thread,
    lock_thread,
    may_open_threads,
    may_write,
    read_upto,
    readable_upto,
    threads_of,
)

__all__ = [
    "Cursor",
    "Held",
    "InboxRow",
    "ItemRow",
    "Show",
    "ThreadRow",
    "correspondable",
    "fetch_role",
    "fetch_thread",
    "find_item",
    "inbox_rows",
    "items_after",
    "items_before",
    "lock_thread",
    "may_open_threads",
    "may_write",
    "n_waiting",
    "read_upto",
    "readable_upto",
    "threads_of",
    "waiting_rows",
]
