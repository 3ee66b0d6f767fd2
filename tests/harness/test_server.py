"""The harness's server: real processes, real forms, real sockets; killed and started again."""

import asyncio

import pytest
from django.conf import settings

from tests.harness.canary import spoken
from tests.harness.live import Closed, live_at
from tests.harness.proxy import Faults, proxy

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def open_thread(browser, topic: str, text: str, patient) -> str:
    """A thread, opened through the page's form. Returns its address."""
    page = browser.get(f"/threads/write/?patient={patient}").text
    command = page.split('name="command_id" value="')[1].split('"')[0]
    answer = browser.submit(
        "/threads/write/", patient=patient, topic=topic, body=text, command_id=command
    )
    assert answer.status == 303, answer.status
    return answer.location.partition("#")[0]


async def test_a_conversation_survives_a_kill(clinic, server, cast):
    ada = await asyncio.to_thread(clinic.sign_in, server, cast.ada)
    cara = await asyncio.to_thread(clinic.sign_in, server, cast.cara)
    address = await asyncio.to_thread(
        open_thread, ada, spoken("It itches"), spoken("Since Tuesday"), cast.ada_record
    )
    thread = address.strip("/").rpartition("/")[2]
    topic = f"thread.{thread.replace('-', '')}"
    async with live_at(server.address, ada.cookie) as hers:
        await hers.follow(topic)
        assert (await hers.items(topic, upto=1))[0]["text"] == spoken("Since Tuesday")
        async with live_at(server.address, cara.cookie) as theirs:
            await theirs.do("messaging.reply", thread=thread, text=spoken("How is it now?"))
        assert (await hers.items(topic, upto=2))[0]["text"] == spoken("How is it now?")

        server.kill()
        with pytest.raises(Closed):
            await hers.hear("items")

    await asyncio.to_thread(server.start)
    async with live_at(server.address, ada.cookie) as hers:
        await hers.follow(topic, after=1)
        assert [item["sequence"] for item in await hers.items(topic, upto=2)] == [2]
    assert "How is it now?" in (await asyncio.to_thread(ada.get, address)).text


async def test_it_can_be_reached_through_a_bad_network(clinic, server, cast):
    ada = await asyncio.to_thread(clinic.sign_in, server, cast.ada)
    bad = Faults(split=7, delay=0.001)
    async with (
        proxy(("127.0.0.1", server.port), faults=bad) as line,
        live_at(line.address, ada.cookie, origin=f"http://{line.address}") as page,
    ):
        await page.say(kind="ping")
        assert await page.hear("pong")


def test_management_commands_work_on_its_data(clinic):
    # Nothing runs that numbers what the last server left behind; verifying does it then.
    server = clinic.server()
    server.manage("audit", "checkpoint")
    said = server.manage("audit", "verify")

    assert said.returncode == 0, said.stdout


def test_it_stops_when_asked(server):
    assert server.stop() == 0


@pytest.mark.scaled
@pytest.mark.skipif(not settings.REDIS_URL, reason="one process is all of embedded mode")
async def test_two_processes_tell_each_other(clinic, server, cast):
    ada = await asyncio.to_thread(clinic.sign_in, server, cast.ada)
    cara = await asyncio.to_thread(clinic.sign_in, server, cast.cara)
    address = await asyncio.to_thread(
        open_thread, ada, spoken("It itches"), spoken("Since Tuesday"), cast.ada_record
    )
    thread = address.strip("/").rpartition("/")[2]
    with clinic.server("--web") as other:
        async with (
            live_at(server.address, ada.cookie) as hers,
            live_at(other.address, cara.cookie) as theirs,
        ):
            topic = f"thread.{thread.replace('-', '')}"
            await hers.follow(topic, after=1)
            await theirs.do("messaging.reply", thread=thread, text=spoken("From over there"))
            assert len(await hers.items(topic, upto=2)) == 1
