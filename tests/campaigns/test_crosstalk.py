"""Nobody hears somebody else's answer, however many hang up in the middle; a mixed one shows."""

import random
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from tests.campaigns import livetalk
from tests.campaigns.crosstalk import Talk, listen, talk

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
OWN = (
    "HTTP/1.1 302 Found\r\nLocation: /sign-in/?next=/threads/{page}/%3Fw%3D{word}\r\n"
    "X-Request-Id: {request}\r\n\r\n"
)


async def test_of_many_clients_each_hears_its_own_word(server):
    seed = random.SystemRandom().randrange(10**6)

    heard = await talk(server.port, 120, seed)

    assert heard.foreign == [], f"seed {seed}"
    assert heard.failed == 0, f"seed {seed}"
    assert heard.answered > 120
    assert heard.cancelled > 5


@pytest.mark.pure
@pytest.mark.parametrize(
    "foreign",
    [
        {"word": "b" * 32},
        {"page": "somebody-elses"},
        {"request": "seen"},
        {"word": "a" * 32 + "%26" + "b" * 32},
    ],
)
def test_a_foreign_answer_is_told_from_ones_own(foreign):
    heard = Talk(1, requests={"seen"})
    own = {"word": "a" * 32, "page": "p-1", "request": "new"}

    listen(OWN.format(**own | foreign), "a" * 32, "p-1", heard)
    assert len(heard.foreign) == 1

    listen(OWN.format(**own), "a" * 32, "p-1", heard)
    assert heard.answered == 1


def test_of_many_pages_each_hears_its_own_conversation():
    seed = random.SystemRandom().randrange(10**6)

    heard = livetalk.campaign(clients=60, seed=seed, scaled=bool(settings.REDIS_URL))

    assert heard.foreign == [], f"seed {seed}"
    assert heard.failed == [], f"seed {seed}"
    assert heard.texts > 60
    assert heard.refused > 30
    assert heard.cancelled > 3


THREAD, OTHERS, ASKED = uuid4(), uuid4(), str(uuid4())
TOPIC = f"thread.{THREAD.hex}"


def items(topic: str, text: str) -> dict[str, Any]:
    return {"kind": "items", "topic": topic, "items": [{"text": text}]}


@pytest.mark.pure
@pytest.mark.parametrize(
    ("frame", "is_own"),
    [
        (items(TOPIC, "conversation-7 x"), True),
        (items(TOPIC, "conversation-8 x"), False),
        (items(TOPIC, "It began on Tuesday (8)."), False),
        (items(f"thread.{OTHERS.hex}", "conversation-7 x"), False),
        ({"kind": "refused", "topic": f"thread.{OTHERS.hex}"}, True),
        ({"kind": "refused", "topic": f"thread.{UUID(int=1).hex}"}, False),
        ({"kind": "done", "id": ASKED}, True),
        ({"kind": "done", "id": str(uuid4())}, False),
    ],
)
def test_a_foreign_frame_is_told_from_ones_own(frame, is_own):
    client = livetalk.Client(7, {"patient": "x", "thread": str(THREAD)}, "patient", OTHERS)
    client.asked.add(ASKED)
    heard = livetalk.Talk(1)

    client.judge(frame, heard)

    assert (heard.foreign == []) is is_own
