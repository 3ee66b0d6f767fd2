"""What is written rests sealed for its place: moved, swapped or edited it opens no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from messaging import readings
from messaging.models import Message, Thread
from messaging.selectors import Show
from patients.models import Patient
from portal.crypto import keys
from portal.crypto.models import DataKey
from portal.kernel.ids import new_id
from tests.harness.canary import scan, spoken
from tests.harness.write_guard import guard
from tests.messaging.rows import shred
from tests.patients.evidence import events, newest

pytestmark = pytest.mark.feature("M25")
CHANGED = "cannot be shown"


@contextmanager
def intruder() -> Iterator[None]:
    """Somebody who writes into the database."""
    with guard.off("somebody writes into the database"):
        yield


def texts(actor: Any, thread: UUID) -> list[str]:
    """What the page of the thread shows."""
    return [line.text or "" for line in readings.read_thread(actor, thread).lines]


def edit(item: Message, **columns: Any) -> None:
    """These columns of the item hold something else."""
    with intruder():
        Message.objects.filter(pk=item.pk).update(**columns)


def items(thread: UUID) -> list[Message]:
    """The items of the thread, in order."""
    return list(Message.objects.filter(thread=thread).order_by("sequence"))


def test_neither_topic_nor_text_rests_in_clear(world, thread):
    world.reply(thread)

    blobs = [bytes(Thread.objects.get(pk=thread).topic_sealed)]
    blobs += [bytes(item.body_sealed or b"") for item in items(thread)]
    assert all(blobs)
    assert [found for blob in blobs for found in scan(blob)] == []
    assert spoken("x").encode() not in b"".join(blobs)


def test_two_texts_that_are_swapped_open_in_neither_place(world, thread, ada, cast):
    world.reply(thread, by=ada)
    first, second = items(thread)
    edit(first, body_sealed=second.body_sealed)
    edit(second, body_sealed=first.body_sealed)

    shown = texts(ada.actor, thread)

    assert [CHANGED in text for text in shown] == [True, True]
    assert events(cast.ada_record)[:3].count("message.seal-broken") == 2


def moved_to_another_thread(world, cast, item: Message) -> None:
    edit(item, thread_id=world.thread(), sequence=2)


def moved_to_another_patient(world, cast, item: Message) -> None:
    edit(item, thread_id=world.thread(cast.ben, patient=cast.ben_record), sequence=2)


def renumbered(world, cast, item: Message) -> None:
    edit(item, sequence=99)


def given_another_id(world, cast, item: Message) -> None:
    edit(item, id=new_id())


def with_one_bit_turned(world, cast, item: Message) -> None:
    blob = bytearray(bytes(item.body_sealed or b""))
    blob[-1] ^= 1
    edit(item, body_sealed=bytes(blob))


def cut_short(world, cast, item: Message) -> None:
    edit(item, body_sealed=bytes(item.body_sealed or b"")[:-1])


def emptied(world, cast, item: Message) -> None:
    edit(item, body_sealed=b"")


def asking_for_another_key(world, cast, item: Message) -> None:
    blob = bytes(item.body_sealed or b"")
    edit(item, body_sealed=blob[:4] + b"\x02" + blob[5:])


@pytest.mark.parametrize(
    "attack",
    [
        moved_to_another_thread,
        moved_to_another_patient,
        renumbered,
        given_another_id,
        with_one_bit_turned,
        cut_short,
        emptied,
        asking_for_another_key,
    ],
)
def test_a_message_that_was_tampered_with_is_not_shown(world, cast, thread, attack):
    sent = world.reply(thread, spoken("secret"), by=cast.ada)
    item = Message.objects.get(pk=sent.message_id)
    attack(world, cast, item)

    shown = [
        text
        for reader in (cast.ada, cast.ben)
        for each in Thread.objects.values_list("pk", flat=True)
        if readable(reader.actor, each)
        for text in texts(reader.actor, each)
    ]

    assert not [text for text in shown if "secret" in text]
    assert [text for text in shown if CHANGED in text]


def readable(actor: Any, thread: UUID) -> bool:
    """True if the actor may read it."""
    from messaging.policy import readable_thread

    return readable_thread(actor, thread).exists()


def test_what_was_tampered_with_leaves_the_rest_readable_and_an_entry(world, cast, thread, ada):
    sent = world.reply(thread, by=ada)
    world.reply(thread, spoken("still here"), by=ada)
    with_one_bit_turned(world, cast, Message.objects.get(pk=sent.message_id))

    shown = texts(ada.actor, thread)

    assert [CHANGED in text for text in shown] == [False, True, False]
    told = [newest(cast.ada_record)[0], *events(cast.ada_record)[:2]]
    assert "message.seal-broken" in told


def test_a_topic_of_another_thread_is_not_shown(world, thread, ada):
    other = world.thread()
    with intruder():
        blob = Thread.objects.get(pk=other).topic_sealed
        Thread.objects.filter(pk=thread).update(topic_sealed=blob)

    assert CHANGED in readings.read_thread(ada.actor, thread).thread.topic
    shown = {line.id: line.topic for line in readings.inbox(ada.actor, show=Show.ALL).threads}
    assert CHANGED in shown[thread]
    assert CHANGED not in shown[other]


def test_a_thread_given_to_another_patient_shows_nothing(world, cast, thread, ben):
    with intruder():
        Thread.objects.filter(pk=thread).update(patient_id=cast.ben_record)

    page = readings.read_thread(ben.actor, thread)

    assert CHANGED in page.thread.topic
    assert [CHANGED in str(line.text) for line in page.lines] == [True]


def test_a_key_that_was_touched_closes_its_thread_alone(world, cast, thread, ada):
    other = world.thread()
    with intruder():
        row = DataKey.objects.get(purpose="thread", home_id=thread)
        blob = bytearray(bytes(row.wrapped))
        blob[-1] ^= 1
        DataKey.objects.filter(pk=row.pk).update(wrapped=bytes(blob))
    keys.CACHE.empty()

    shown = {line.id: line.snippet for line in readings.inbox(ada.actor, show=Show.ALL).threads}

    assert CHANGED in shown[thread]
    assert CHANGED not in shown[other]


def test_what_was_erased_says_so_and_is_no_alarm(world, cast, thread, ada):
    shred(None, cast.ada_record)

    page = readings.read_thread(ada.actor, thread)
    listed = readings.inbox(ada.actor, show=Show.ALL)

    assert page.thread.topic == page.lines[0].text == "Erased for good."
    assert page.thread.patient_name == "Erased for good."
    assert listed.threads[0].snippet == "Erased for good."
    assert Patient.objects.filter(pk=cast.ada_record).exists()


def test_a_digest_tells_nothing_to_whoever_lacks_the_key(world, cast, ada):
    here, there = world.thread(), world.thread()
    digests = {
        bytes(Message.objects.get(pk=world.reply(thread, "Yes", by=ada).message_id).command_digest)
        for thread in (here, there, here)
    }

    assert len(digests) == 2  # the same in one thread, another one in another
