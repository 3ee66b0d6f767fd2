"""How far somebody has read. Reading never marks: the page says so, or the next command."""

from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from messaging import selectors
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.statements import Statement
from portal.realtime import groups
from portal.realtime.nudge import nudge

_MOVE = Statement("""
INSERT INTO messaging_readmark (thread_id, person_id, upto, marked_at)
VALUES (%(thread)s, %(person)s, %(upto)s, %(at)s)
ON CONFLICT (thread_id, person_id) DO UPDATE SET upto = excluded.upto,
 marked_at = excluded.marked_at WHERE messaging_readmark.upto < excluded.upto""")


def mark_read(actor: Actor, thread_id: UUID, upto: int, *, command_id: UUID | None = None) -> None:
    """The actor has read the thread up to this sequence, or further. Repeating it changes nothing.

    Refuses: NotFound.
    Records: nothing: the entry of reading was left when the text was shown.
    """
    move_mark(actor, thread_id, min(upto, selectors.readable_upto(actor, thread_id)))


def move_mark(actor: Actor, thread_id: UUID, upto: int) -> None:
    """The actor's mark stands at this sequence of a thread that they may read, or further on.

    Records: nothing.
    """
    database = connections[DEFAULT_DB_ALIAS]
    native = database.features.has_native_uuid_field
    moved = _MOVE.change(
        {
            "thread": thread_id if native else thread_id.hex,
            "person": actor.id if native else actor.id.hex,
            "upto": upto,
            "at": database.ops.adapt_datetimefield_value(clock.now()),
        }
    )
    if moved:
        nudge(groups.person(actor.id), "thread.read", thread_id, upto)
