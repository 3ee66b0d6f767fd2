"""Threads over the socket: in order, once, from where one left off, and the same as the page."""

import asyncio
from typing import Any

import pytest
from django.urls import reverse

from messaging.models import Message
from patients import actions as patients
from patients.models import CareTeamMember
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.cast import WORK, browser
from tests.harness.canary import spoken
from tests.harness.live import Refused, live, topic_of
from tests.harness.pages import delivered, shown_to
from tests.patients.evidence import BOTH, events

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=BOTH),
    pytest.mark.feature("M1", "M5"),
]
to_thread = asyncio.to_thread


async def test_what_the_page_showed_and_the_socket_brought_is_what_the_page_shows(world):
    cast = world.cast
    thread = await to_thread(world.thread)
    address = reverse("messaging:thread", args=[thread])
    readers = [cast.ada, cast.pia, cast.cara]
    pages = {someone.key: await to_thread(browser, someone) for someone in readers}
    shown = {key: await to_thread(shown_to, page, address) for key, page in pages.items()}

    async with live(cast.ada) as ada, live(cast.pia) as pia, live(cast.cara) as cara:
        sockets = {"ada": ada, "pia": pia, "cara": cara}
        for socket in sockets.values():
            await socket.follow(topic_of(thread), after=1)
        await cara.do("messaging.reply", thread=thread, text=spoken("Since when?"))
        await pia.do("messaging.reply", thread=thread, text=spoken("Tuesday \u202e"))
        await cara.do("messaging.close", thread=thread)
        await ada.do("messaging.reopen", thread=thread)
        for key, socket in sockets.items():
            shown[key] += delivered(await socket.items(topic_of(thread), upto=5))

    for key, page in pages.items():
        assert shown[key] == await to_thread(shown_to, page, address)


async def test_a_thread_is_opened_over_the_socket_and_answered_live(world):
    cast = world.cast
    async with live(cast.ada) as ada, live(cast.cara) as cara:
        opened = await ada.do(
            "messaging.open",
            patient=cast.ada_record,
            topic=spoken("Rash"),
            text=spoken("It itches"),
        )
        assert opened["sequence"] == 1
        topic = topic_of(await to_thread(lambda: Message.objects.get().thread_id))
        await cara.follow(topic)
        (first,) = await cara.items(topic, upto=1)
        assert (first["text"], first["mine"], first["command"]) == (
            spoken("It itches"),
            False,
            None,
        )
        await ada.follow(topic, after=1)
        await cara.do("messaging.reply", thread=opened["thread"], text=spoken("Since when?"))
        (answer,) = await ada.items(topic, upto=2)

    assert answer["text"] == spoken("Since when?")
    assert answer["author"]["role"] == "clinician"


async def test_after_an_absence_exactly_what_was_missed_comes(world):
    thread = await to_thread(world.thread)
    async with live(world.cast.ada) as ada:
        await ada.follow(topic_of(thread))
        await ada.items(topic_of(thread), upto=1)
    for _ in range(130):
        await to_thread(world.reply, thread)

    async with live(world.cast.ada) as ada:
        await ada.follow(topic_of(thread), after=1)
        missed = await ada.items(topic_of(thread), upto=131)

    assert [item["sequence"] for item in missed] == [*range(2, 132)]


async def test_a_command_repeated_on_another_socket_gives_the_first_result(world):
    thread, command = await to_thread(world.thread), new_id()
    results: list[Any] = []
    for _ in range(2):
        async with live(world.cast.ada) as ada:
            given = {"thread": thread, "text": spoken("Once")}
            results.append(await ada.do("messaging.reply", command_id=command, **given))

    assert results[0] == results[1]
    assert await to_thread(Message.objects.count) == 2


async def test_what_a_right_that_ended_would_have_shown_does_not_come(world):
    cast = world.cast
    thread = await to_thread(world.thread)
    async with live(cast.cara) as cara:
        await cara.follow(topic_of(thread))
        await cara.items(topic_of(thread), upto=1)
        await to_thread(leave_team, cast)
        await to_thread(world.reply, thread, by=cast.ada)

        left = await cara.hear("left")
        assert left["why"] == "gone"
        assert await cara.silent("items")
        with pytest.raises(Refused) as refused:
            await cara.do("messaging.reply", thread=thread, text=spoken("Still here?"))
        assert refused.value.code == "not-found"


async def test_a_view_that_is_closed_says_how_far_it_went(world):
    cast = world.cast
    thread = await to_thread(world.thread)
    async with live(cast.cara) as cara:
        await cara.follow(topic_of(thread))
        await cara.items(topic_of(thread), upto=1)
        await cara.do("messaging.mark_read", thread=thread, upto=1)

    told = await to_thread(events, cast.ada_record)
    assert told[:2] == ["thread.left", "thread.followed"]


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("reply", {"thread": "{thread}"}),
        ("reply", {"thread": "{thread}", "text": "x", "author": "somebody"}),
        ("reply", {"thread": "{thread}", "text": 1}),
        ("reply", {"thread": "{thread}", "text": None}),
        ("reply", {"thread": "x", "text": "x"}),
        ("reply", {"thread": 1, "text": "x"}),
        ("open", {"patient": "{patient}", "topic": "x"}),
        ("open", {"patient": "{patient}", "topic": "x", "text": "x", "on_behalf": True}),
        ("close", {}),
        ("close", {"thread": "{thread}", "text": "x"}),
        ("reopen", {"thread": ["{thread}"]}),
        ("mark_read", {"thread": "{thread}", "upto": -1}),
        ("mark_read", {"thread": "{thread}", "upto": True}),
        ("mark_read", {"thread": "{thread}", "upto": "1"}),
        ("mark_read", {"thread": "{thread}"}),
    ],
)
async def test_a_command_of_another_shape_is_refused(world, command, body):
    thread = await to_thread(world.thread)
    filled: dict[str, Any] = {
        name: value.format(thread=thread, patient=world.cast.ada_record)
        if isinstance(value, str)
        else value
        for name, value in body.items()
    }
    async with live(world.cast.ada) as ada:
        with pytest.raises(Refused) as refused:
            await ada.do(f"messaging.{command}", **filled)

    assert refused.value.code == "bad-input"
    assert await to_thread(Message.objects.count) == 1


async def test_a_refusal_says_what_to_do_and_is_safe_to_show(world):
    thread = await to_thread(world.thread)
    await to_thread(world.close, thread)
    async with live(world.cast.ada) as ada:
        with pytest.raises(Refused) as refused:
            await ada.do("messaging.reply", thread=thread, text=spoken("But"))

    assert refused.value.code == "thread-closed"
    assert "Reopen" in refused.value.frame["sentence"]
    assert refused.value.frame["again"] is False


def leave_team(cast) -> None:
    """Dr Cara is no longer on Ada's care team."""
    link = CareTeamMember.objects.get(person=cast.cara.id)
    door.run(patients.end_care_team, WORK, link.pk)
