"""The leak guard notices a canary at every side door, and lets the front door be."""

import logging
from uuid import UUID

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.core import mail, signing
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpResponse
from django.test import Client, RequestFactory

from portal.realtime.hub import Hub, Nudge
from tests.harness.canary import another_word, spoken
from tests.harness.leak_guard import RedisReader, leaks

SECRET = spoken("It itches")
PAGE = "text/html; charset=utf-8"


def test_a_log_line_is_read_with_its_traceback():
    with leaks.expected() as found:
        logging.getLogger("portal.somewhere").warning("could not store %s", SECRET)
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger("somewhere.else").exception("failed")

    assert len(found) == 2


def test_a_nudge_is_read():
    with leaks.expected() as found:
        Hub().publish(Nudge(f"thread.{SECRET}", "changed", UUID(int=1), 1))
        Hub().publish(Nudge("thread.1", SECRET, UUID(int=1), 1))

    assert len(found) == 2


def test_a_job_message_is_read():
    with leaks.expected() as found, another_word():
        current_app.send_task("some.job", kwargs={"reason": spoken("It itches")})
    current_app.control.purge()

    assert found


def test_cache_keys_and_values_are_read():
    cache = LocMemCache("leaks", {})
    with leaks.expected() as found:
        cache.set("seen.kolibri", 1)
        cache.set("seen", {"topic": SECRET})
        leaks.last_look()
        cache.clear()

    assert {line.split(":")[0] for line in found} >= {"a cache key"}
    assert any(line.startswith("the cache under") for line in found)


def test_a_letter_is_read():
    with leaks.expected() as found:
        mail.send_mail("News", f"About: {SECRET}", "clinic@example.org", ["ada@example.org"])
        leaks.last_look()
        mail.outbox.clear()

    assert found


def test_an_address_that_is_asked_for_is_read(rf: RequestFactory, monkeypatch):
    monkeypatch.setattr("django.test.client.ClientHandler.__call__", lambda *_: 1 / 0)
    with leaks.expected() as found, pytest.raises(ZeroDivisionError):
        Client().get("/search/", {"q": SECRET})

    assert found


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(f'<a href="/threads/?q={SECRET}">', content_type=PAGE),
        HttpResponse(f"<form action='/{SECRET}/'>", content_type=PAGE),
        HttpResponse(f"<h1>{SECRET}</h1>", content_type=PAGE, status=404),
        HttpResponse(f"<pre>{SECRET}</pre>", content_type=PAGE, status=500),
        HttpResponse(headers={"Location": f"/threads/?q={SECRET}"}, status=303),
    ],
)
def test_answers_are_read_for_leaks(response):
    with leaks.expected() as found:
        leaks.answer(response)

    assert found


def test_a_cookie_is_unpacked():
    response = HttpResponse()
    response.set_cookie("draft", signing.dumps({"text": SECRET * 9}, key="k", compress=True))
    with leaks.expected() as found:
        leaks.answer(response)

    assert found


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(f"<p>{SECRET}</p>", content_type=PAGE),
        HttpResponse(f"<textarea>{SECRET}</textarea>", content_type=PAGE, status=422),
        HttpResponse('<a href="mailto:kolibri@example.org">', content_type=PAGE),
    ],
)
def test_a_page_may_show_its_reader_what_is_theirs(response):
    leaks.answer(response)

    assert leaks.found == []


@pytest.mark.scaled
@pytest.mark.skipif(not settings.REDIS_URL, reason="embedded mode has no Redis")
def test_whatever_redis_is_told_is_read():
    with leaks.expected() as found, another_word(), redis.Redis.from_url(settings.REDIS_URL) as it:
        reader = RedisReader(leaks, settings.REDIS_URL)
        it.publish("portal", spoken("It itches"))
        reader.stop()

    assert reader.read
    assert found
