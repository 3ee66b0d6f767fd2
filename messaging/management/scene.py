"""The scene of the demo clinic: what its people wrote to each other, each line at its own hour."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from messaging import actions
from messaging.actions import Sent
from patients.ports import DemoClinic, DemoLine, DemoThread
from portal.accounts.policy import grants_in_force
from portal.kernel import clock, door
from portal.kernel.actor import Actor, person_actor
from portal.kernel.errors import Refusal

SOON = timedelta(minutes=1)
_Line = tuple[DemoThread, int, DemoLine]


def play(clinic: DemoClinic) -> None:
    """The clinic's threads are here. Every line is one command, so none comes twice.

    Lines are played in order of time over all threads, so that the log runs forward, too. A thread
    that has gone its own way since is left alone.
    """
    lines: list[_Line] = [
        (thread, n, line) for thread in clinic.threads for n, line in enumerate(thread.lines)
    ]
    begun: dict[str, UUID] = {}
    actors: dict[UUID, Actor] = {}
    for thread, n, line in sorted(lines, key=lambda each: -each[2].ago):
        if n and thread.key not in begun:
            continue
        person_id = clinic.people[line.author]
        actor = actors.setdefault(person_id, acting(person_id))
        try:
            with clock.moved(by=-line.ago):
                sent = _say(actor, clinic, thread, n, begun.get(thread.key))
            if thread.closed and n == len(thread.lines) - 1:
                with clock.moved(by=SOON - line.ago):
                    command = command_of(thread.key, n + 1)
                    door.run(actions.close_thread, actor, sent.thread_id, command_id=command)
        except Refusal:
            begun.pop(thread.key, None)
            continue
        begun[thread.key] = sent.thread_id


def _say(
    actor: Actor, clinic: DemoClinic, thread: DemoThread, n: int, thread_id: UUID | None
) -> Sent:
    """The line stands in its thread, which the first line opens."""
    text, command = thread.lines[n].text, command_of(thread.key, n)
    if thread_id is not None:
        # Who answers has read what stands there.
        return door.run(actions.reply, actor, thread_id, text, command_id=command, seen=n)
    patient_id = clinic.patients[thread.patient]
    return door.run(actions.open_thread, actor, patient_id, thread.topic, text, command_id=command)


def command_of(key: str, n: int) -> UUID:
    """The id of the command that says this line: the same on every start, in UUIDv7's shape."""
    drawn = int.from_bytes(sha256(f"demo|{key}|{n}".encode()).digest()[:16])
    return UUID(int=drawn & ~(0xF << 76) & ~(0x3 << 62) | (7 << 76) | (2 << 62))


def acting(person_id: UUID) -> Actor:
    """This person, in the roles of now."""
    roles = grants_in_force().filter(person=person_id).values_list("role", flat=True)
    return person_actor(person_id, frozenset(roles)).asking("", "command")
