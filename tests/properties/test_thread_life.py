"""A thread's whole life, told by chance: the rows agree with a model of a few lines."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from messaging import actions, readings
from messaging.errors import AlreadyClosed, AlreadyOpen, CommandReused, ThreadClosed
from messaging.models import Thread
from messaging.readings import ThreadTopic
from messaging.selectors import read_upto
from messaging.texts import cleaned, is_blank, shown
from portal.kernel import door
from portal.kernel.errors import Refusal
from portal.kernel.ids import new_id
from tests.cast import Cast, Someone

KEYS = st.sampled_from(["ada", "pia", "cara"])
TEXTS = st.text(min_size=1, max_size=60).filter(lambda text: not is_blank(cleaned(text)))
ROLES = {"ada": "patient", "pia": "proxy", "cara": "clinician"}
Done = tuple[str, str, str, UUID]
"""A command that was carried out: who, what, the text, its id."""


class ThreadLife(RuleBasedStateMachine):
    """What may happen to one thread, and what must then be true."""

    cast: Cast
    done = Bundle("done")

    @initialize()
    def open(self) -> None:
        self.items: list[tuple[str, str, str | None]] = [("message", "patient", "First")]
        self.closed, self.waits = False, True
        self.marks = {"ada": 0, "pia": 0, "cara": 0}
        self.heard: dict[str, list[Any]] = {key: [] for key in self.marks}
        given = (self.cast.ada_record, "Topic", "First")
        sent = door.run(actions.open_thread, self.actor("ada"), *given, command_id=new_id())
        self.thread = sent.thread_id
        self.views = {
            key: ThreadTopic().open(self.actor(key), self.thread, 0).view for key in self.marks
        }

    def actor(self, key: str) -> Any:
        someone: Someone = self.cast.people[key]
        return someone.actor

    def run(self, action: Callable[..., Any], key: str, *args: Any, **given: Any) -> Any:
        try:
            return door.run(action, self.actor(key), self.thread, *args, **given)
        except Refusal as refusal:
            return refusal

    @rule(target=done, key=KEYS, text=TEXTS)
    def reply(self, key: str, text: str) -> Any:
        command = new_id()
        sent = self.run(actions.reply, key, text, command_id=command)
        if self.closed:
            assert isinstance(sent, ThreadClosed)
            return multiple()
        self.items.append(("message", ROLES[key], shown(cleaned(text))))
        self.waits = key != "cara"
        assert sent.sequence == len(self.items)
        return (key, "reply", text, command)

    @rule(target=done, key=KEYS)
    def close(self, key: str) -> Any:
        command = new_id()
        sent = self.run(actions.close_thread, key, command_id=command)
        if self.closed:
            assert isinstance(sent, AlreadyClosed)
            return multiple()
        self.items.append(("closed", ROLES[key], None))
        self.closed, self.waits = True, False
        return (key, "close", "", command)

    @rule(target=done, key=KEYS)
    def reopen(self, key: str) -> Any:
        command = new_id()
        sent = self.run(actions.reopen_thread, key, command_id=command)
        if not self.closed:
            assert isinstance(sent, AlreadyOpen)
            return multiple()
        self.items.append(("reopened", ROLES[key], None))
        self.closed, self.waits = False, True
        return (key, "reopen", "", command)

    @rule(which=done)
    def repeat(self, which: Done) -> None:
        key, what, text, command = which
        again = self.again(what, key, text, command)
        assert not again.is_new

    @rule(which=done, text=TEXTS)
    def reuse_for_something_else(self, which: Done, text: str) -> None:
        key, what, before, command = which
        if what == "reply" and cleaned(text) == cleaned(before):
            return
        assert isinstance(self.run(actions.reply, key, text, command_id=command), CommandReused)

    def again(self, what: str, key: str, text: str, command: UUID) -> Any:
        if what == "reply":
            return self.run(actions.reply, key, text, command_id=command)
        action = actions.close_thread if what == "close" else actions.reopen_thread
        return self.run(action, key, command_id=command)

    @rule(key=KEYS, upto=st.integers(0, 30))
    def mark(self, key: str, upto: int) -> None:
        self.run(actions.mark_read, key, upto)
        self.marks[key] = max(self.marks[key], min(upto, len(self.items)))

    @rule(key=KEYS)
    def hear(self, key: str) -> None:
        after = len(self.heard[key])
        more = ThreadTopic().more(self.actor(key), self.thread, after, self.views[key])
        self.heard[key] += more.items

    @invariant()
    def the_row_agrees(self) -> None:
        row = Thread.objects.get(pk=self.thread)
        kinds = [kind for kind, _, _ in self.items]
        assert row.sequence == len(self.items)
        assert row.last_message == len(kinds) - kinds[::-1].index("message")
        assert (row.state == "closed") is self.closed
        assert (row.waiting_since is not None) is self.waits

    @invariant()
    def the_page_agrees_and_so_does_what_was_heard(self) -> None:
        for key in self.marks:
            page = readings.read_thread(self.actor(key), self.thread)
            told = [(line.kind, line.author.role, line.text) for line in page.lines]
            assert told == self.items
            assert [line.sequence for line in page.lines] == [*range(1, len(told) + 1)]
            assert [line.as_item() for line in page.lines][: len(self.heard[key])] == (
                self.heard[key]
            )
            assert page.read_sequence == self.marks[key]
            assert read_upto(self.actor(key).id, self.thread) == self.marks[key]


@pytest.mark.django_db(databases=["default", "shred"])
@pytest.mark.feature("M1", "M5")
def test_threads_live_as_they_should(cast):
    ThreadLife.cast = cast

    run_state_machine_as_test(
        ThreadLife,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
