"""Every page of docs/access.md, asked with words in its address that no form would put there."""

from urllib.parse import urlencode

import pytest

from tests.architecture.access import SCENES, Row, table
from tests.architecture.test_every_route_is_ruled import browser_of, cookie_of, taken_back
from tests.cast import Someone
from tests.world import World

PAGES = [row for row in table().values() if row.asked.startswith("GET")]
NAMES = (
    # What pages do read, and what pages of others would.
    "show", "before", "after", "page", "patient", "person", "act", "outcome", "way", "from", "to",
    "who", "what", "mine", "q", "day", "kind", "mode", "with", "zone", "next", "reason", "entry",
    "order", "order_by", "sort", "ordering", "fields", "include", "filter", "o", "id", "pk",
    "patient__name", "author__email", "seal", "format",
)  # fmt: skip
VALUES = (
    "-password", "person__password", "id);DROP TABLE patients_patient;--", "' OR '1'='1",
    "{{ 7|add:7 }}", "%00", "\x00", "\ud7ff\U0001f469\u200d\u2695\ufe0f", "-1", "9" * 400, "1e309",
    "NaN", "0001-01-01", "9999-12-31", "__class__", "../../etc/passwd", "٣", "",
)  # fmt: skip
ANSWERS = {200, 302, 303, 400, 404, 409, 422}


@pytest.mark.django_db
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.asked)
def test_no_word_in_an_address_is_more_than_a_word(row, world):
    keys = ("cara", "ada", "sam", "ivy", "max", "nobody")
    someone = world.cast.people[next((key for key in keys if row.cells[key] == "yes"), "ivy")]
    faults = []
    for value in VALUES:
        with taken_back():
            status = asked(row, world, someone, value)
        if status not in ANSWERS:
            faults.append(f"{row.asked}: {value!r} is answered by {status}")

    assert not faults, "\n".join(faults)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["order_by", "ordering", "sort", "o", "fields"])
def test_no_order_and_no_column_comes_from_an_address(name, world):
    threads = [world.thread(topic=topic) for topic in ("A rash", "Zoster", "My knee")]
    page = browser_of(world.cast.cara)
    plain, told = (
        [
            part.partition("/")[0]
            for part in page.get(where).content.decode().split('href="/threads/')
        ]
        for where in ("/threads/", f"/threads/?{name}=-topic")
    )

    assert plain == told
    assert {str(thread) for thread in threads} <= {*plain}


def asked(row: Row, world: World, someone: Someone, value: str) -> int:
    """The status of the page, with this value under every name that there could be."""
    browser = browser_of(someone)
    where = SCENES[row.asked](world, someone, cookie_of(browser)).where
    path, _, query = where.partition("?")
    kept = {part.partition("=")[0] for part in query.split("&") if part}
    words = urlencode({name: value for name in NAMES if name not in kept})
    answer = browser.get(f"{path}?{query}&{words}" if query else f"{path}?{words}")
    return int(answer.status_code)
