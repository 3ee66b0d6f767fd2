"""The next item of a thread: numbered under the thread's lock, sealed for its place, stored once.

Every message of the portal passes here, so it is written in SQL: one INSERT and one UPDATE, which
PostgreSQL takes in one statement.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from messaging.errors import CommandReused
from messaging.models import Kind, Message, body_place
from messaging.readings.seals import thread_key
from messaging.selectors import Held, find_item
from portal.crypto import envelope
from portal.crypto.context import pae
from portal.crypto.envelope import OpenKey
from portal.crypto.primitives import expand, mac, same
from portal.kernel import clock
from portal.kernel.ids import new_id
from portal.kernel.statements import Statement

_INSERT = """
INSERT INTO messaging_message (id, thread_id, sequence, kind, author_id, author_role, on_behalf,
 body_sealed, key_version, sent_at, command_id, command_digest)
VALUES (%(id)s, %(thread)s, %(sequence)s, %(kind)s, %(author)s, %(role)s, %(on_behalf)s,
 %(body)s, %(key_version)s, %(at)s, %(command)s, %(digest)s)
ON CONFLICT (author_id, command_id) DO NOTHING"""
_UPDATE = "UPDATE messaging_thread SET sequence = %(sequence)s, changed_at = %(at)s, "
# What else the thread becomes by its next item; a message alone moves what is newest.
_ASKED = "waiting_since = COALESCE(waiting_since, %(at)s)"
_NEWEST = ", last_message = %(sequence)s, last_message_at = %(at)s"
_MOVES = {
    (Kind.MESSAGE, False): _ASKED + _NEWEST,
    (Kind.MESSAGE, True): "waiting_since = NULL" + _NEWEST,
    (Kind.CLOSED, False): "waiting_since = NULL, state = 'closed'",
    (Kind.CLOSED, True): "waiting_since = NULL, state = 'closed'",
    (Kind.REOPENED, False): f"{_ASKED}, state = 'open'",
    (Kind.REOPENED, True): f"{_ASKED}, state = 'open'",
}
_PUT = Statement(_INSERT)
_MOVE = {case: Statement(f"{_UPDATE}{move} WHERE id = %(thread)s") for case, move in _MOVES.items()}
_BOTH = {
    case: Statement(
        f"WITH item AS ({_INSERT} RETURNING thread_id) {_UPDATE}{move}"
        " FROM item WHERE id = thread_id"
    )
    for case, move in _MOVES.items()
}
_LABEL = b"portal.command.v1"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a command left behind: the item, and whose thread it is in."""

    thread_id: UUID
    message_id: UUID
    sequence: int
    sent_at: datetime
    is_new: bool = True
    """False if the command had been carried out before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as it was asked: by whom, under which id, what item it makes, and of what."""

    author_id: UUID
    command_id: UUID
    kind: str
    content: tuple[str, ...]

    def digest(self, key: OpenKey) -> bytes:
        """What tells this content from another. Worth nothing without the thread's data key."""
        about = pae(*(part.encode() for part in self.content))
        return mac(expand(key.secret, _LABEL, 32), about)

    def first_result(self, thread_id: UUID | None = None) -> Sent | None:
        """What the same command did before, in this thread if one is named.

        Refuses CommandReused for another content, RecordErased.
        """
        first = find_item(self.author_id, self.command_id)
        if first is None:
            return None
        if thread_id not in {None, first.thread_id} or not self._made(first):
            raise CommandReused
        return Sent(first.thread_id, first.pk, first.sequence, first.sent_at, is_new=False)

    def _made(self, first: Message) -> bool:
        """True if this content made that item."""
        key = thread_key(first.thread.patient_id, first.thread_id, first.key_version)
        return same(bytes(first.command_digest), self.digest(key))


class Item:
    """The next item of a thread whose row is locked."""

    def __init__(self, thread: Held, asked: Asked, text: str | None) -> None:
        self._thread, self._asked, self._text = thread, asked, text
        self.sent = Sent(thread.id, new_id(), thread.sequence + 1, clock.now())

    def put(self) -> bool:
        """The item is there and the thread has moved on. False if the command came before."""
        database = connections[DEFAULT_DB_ALIAS]
        case = Kind(self._asked.kind), self._thread.is_from_clinic
        values = self._values(database)
        if database.vendor == "postgresql":
            return _BOTH[case].change(values) == 1
        return _PUT.change(values) == 1 and _MOVE[case].change(values) == 1

    def _values(self, database: BaseDatabaseWrapper) -> dict[str, Any]:
        sent, thread, asked = self.sent, self._thread, self._asked
        native = database.features.has_native_uuid_field
        key = thread_key(thread.patient_id, thread.id)
        body = None
        if self._text is not None:
            place = body_place(key, sent.message_id, sent.sequence)
            body = envelope.seal(key, self._text.encode(), place)
        return {
            "id": sent.message_id if native else sent.message_id.hex,
            "thread": thread.id if native else thread.id.hex,
            "sequence": sent.sequence,
            "kind": asked.kind,
            "author": asked.author_id if native else asked.author_id.hex,
            "role": thread.role,
            "on_behalf": thread.is_on_behalf,
            "body": body,
            "key_version": key.version,
            "at": database.ops.adapt_datetimefield_value(sent.sent_at),
            "command": asked.command_id if native else asked.command_id.hex,
            "digest": asked.digest(key),
        }
