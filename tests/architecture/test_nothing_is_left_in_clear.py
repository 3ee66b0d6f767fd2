"""After people have written, read and been refused, no word of theirs lies anywhere in clear."""

import asyncio
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.urls import reverse

from portal.kernel.ids import new_id
from tests.cast import browser
from tests.harness.at_rest import everything, redis_holds
from tests.harness.canary import another_word, is_in, scan, scan_files, spoken
from tests.harness.leak_guard import leaks
from tests.harness.live import live, live_at, topic_of
from tests.harness.write_guard import guard

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("A14")]


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """Whatever this process puts into temporary files goes here."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def busy(world) -> None:
    """A morning at the clinic: written, answered, read, refused, closed."""
    thread = world.thread(replies=3)
    world.reply(thread, by=world.cast.pia)
    world.reply(thread)
    address = reverse("messaging:thread", args=[thread])
    for someone in world.cast.people.values():
        theirs = browser(someone)
        theirs.get("/")
        theirs.get(reverse("messaging:threads"))
        theirs.get(address)
        theirs.get(reverse("patients:chart", args=[world.cast.ada_record]))
        theirs.post(reverse("messaging:reply", args=[thread]), {"body": spoken("Let me in")})
        begun = {"body": spoken("Not sent"), "command_id": new_id()}
        theirs.post(reverse("messaging:keep", args=[thread]), begun)
        theirs.get("/nowhere/")
    world.close(thread)


async def test_nothing_is_in_clear_in_files_databases_redis_and_temporary_files(world, temporary):
    await asyncio.to_thread(busy, world)
    thread = await asyncio.to_thread(world.thread)
    async with live(world.cast.cara) as page:
        await page.follow(topic_of(thread))
        await page.do("messaging.reply", thread=thread, text=spoken("How is it now?"))

    assert await asyncio.to_thread(everything) == []
    assert scan_files(temporary) == []


@pytest.mark.slow
async def test_nothing_is_in_clear_around_a_server(clinic, server, cast):
    ada = await asyncio.to_thread(clinic.sign_in, server, cast.ada)
    async with live_at(server.address, ada.cookie) as page:
        topic, text = spoken("It itches"), spoken("Since Tuesday")
        sent = await page.do("messaging.open", patient=cast.ada_record, topic=topic, text=text)
        await page.follow(f"thread.{sent['thread'].replace('-', '')}")
        assert (await page.hear("items"))["items"]
    await asyncio.to_thread(server.kill)

    assert await asyncio.to_thread(everything, clinic.environment) == []


def test_no_row_shows_its_content_when_it_is_printed(world):
    busy(world)
    printed = [
        f"{shown}: {text}"
        for model in apps.get_models()
        for row in model._default_manager.all()
        for shown, text in ((model._meta.label, repr(row)), (model._meta.label, str(row)))
    ]

    assert len(printed) > 50
    assert not [line for line in printed if is_in(line)]


def test_a_row_in_clear_would_be_found(transactional_db):
    with guard.off("somebody who forgot to seal"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE letter (body text)")
        cursor.execute("INSERT INTO letter VALUES (%s)", [spoken("It itches") * 50])

    assert everything()


def test_a_temporary_file_would_be_found(temporary):
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(spoken("It itches"))

    assert scan_files(temporary)


@pytest.mark.scaled
@pytest.mark.skipif(not settings.REDIS_URL, reason="embedded mode has no Redis")
def test_a_value_in_redis_would_be_found():
    # A corner of its own: other tests may be searching theirs at this moment.
    corner = urlsplit(settings.REDIS_URL)._replace(path="/15").geturl()
    with another_word(), leaks.expected(), redis.Redis.from_url(corner) as client:
        client.hset("test.planted", "topic", spoken("It itches"))
        held = [scan(value, where) for where, value in redis_holds(corner)]
        client.delete("test.planted")

    assert any(held)
