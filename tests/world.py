"""Scenes for tests, built by calling actions as their actors, never by writing rows."""

from dataclasses import dataclass
from itertools import count
from uuid import UUID

from messaging import actions as messaging
from messaging.actions import Noted, Sent
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.cast import Cast, Someone
from tests.harness.canary import spoken


@dataclass
class World:
    """What happens among the cast. Texts are canaries unless they are given."""

    cast: Cast

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def thread(
        self,
        by: Someone | None = None,
        *,
        patient: UUID | None = None,
        topic: str = "",
        text: str = "",
        team: UUID | None = None,
        replies: int = 0,
    ) -> UUID:
        """A thread about Ada, if nobody else is named, opened by herself, with so many replies."""
        author = by or self.cast.ada
        sent = door.run(
            messaging.open_thread,
            author.actor,
            patient or self.cast.ada_record,
            topic or self.words("It itches"),
            text or self.words("Since Tuesday"),
            team_id=team,
            command_id=new_id(),
        )
        for _ in range(replies):
            self.reply(sent.thread_id, by=author)
        return sent.thread_id

    def reply(self, thread_id: UUID, text: str = "", *, by: Someone | None = None) -> Sent:
        """One more message in the thread, by Dr Cara if nobody else is named."""
        return door.run_grouped(
            thread_id.hex,
            messaging.reply,
            (by or self.cast.cara).actor,
            thread_id,
            text or self.words("How is it today?"),
            command_id=new_id(),
        )

    def close(self, thread_id: UUID, *, by: Someone | None = None) -> Sent:
        """The thread is closed, by Dr Cara if nobody else is named."""
        actor = (by or self.cast.cara).actor
        return door.run(messaging.close_thread, actor, thread_id, command_id=new_id())

    def reopen(self, thread_id: UUID, *, by: Someone | None = None) -> Sent:
        """The thread is open again, by Ada if nobody else is named."""
        actor = (by or self.cast.ada).actor
        return door.run(messaging.reopen_thread, actor, thread_id, command_id=new_id())

    def note(
        self,
        thread_id: UUID,
        text: str = "",
        *,
        by: Someone | None = None,
        asks: Someone | None = None,
    ) -> Noted:
        """An internal note beside the thread, by Dr Cara if nobody else is named."""
        actor, asked = (by or self.cast.cara).actor, asks.id if asks else None
        text = text or self.words("Ask about sleep")
        return door.run(
            messaging.write_note, actor, thread_id, text, asks=asked, command_id=new_id()
        )

    def claim(self, thread_id: UUID, *, by: Someone | None = None) -> Noted:
        """The thread is Dr Cara's, if nobody else is named."""
        actor = (by or self.cast.cara).actor
        return door.run(messaging.claim, actor, thread_id, command_id=new_id())

    def words(self, text: str) -> str:
        """The text with its number, so that no two are the same, and recognisable."""
        return spoken(f"{text} ({next(self._numbers)})")
