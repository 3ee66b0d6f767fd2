"""What may be done to threads. Each action is carried out by the door, and once per command id."""

from messaging.actions.items import Sent
from messaging.actions.marks import mark_read
from messaging.actions.opening import open_thread
from messaging.actions.replies import close_thread, reopen_thread, reply

__all__ = ["Sent", "close_thread", "mark_read", "open_thread", "reopen_thread", "reply"]
