"""Nobody hears somebody else's answer, however many hang up in the middle; a mixed one shows."""

import random

import pytest

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
