"""Who does not belong gets what everybody gets for a thing that does not exist, and an entry."""

import json
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from portal.kernel.ids import new_id
from tests.journeys import steps
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.feature("I1", "A1")

# Of every answer, not of this one.
OWN = {"date", "x-request-id"}
REFUSALS = """
import django, json
django.setup()
from portal.audit.models import Entry
rows = Entry.objects.filter(event="access.refused")
print(json.dumps([[row.actor, row.subject] for row in rows]))
"""

Answer = tuple[int, dict[str, str], bytes]


def asked(page: "Page", path: str) -> Answer:
    """What this person's browser gets for the address."""
    response = page.goto(path)
    assert response is not None
    headers = {name: value for name, value in response.all_headers().items() if name not in OWN}
    return response.status, headers, response.body()


def posted(page: "Page", path: str) -> Answer:
    """What it gets for a form sent there, with a token of its own and a command of its own."""
    page.goto("/threads/")
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    command = "0190f3c2-0000-7000-8000-00000000beef"
    fields: dict[str, str | float | bool] = {
        "csrfmiddlewaretoken": token,
        "command_id": command,
        "body": "x",
        "sequence": "1",
    }
    origin = {"Origin": page.url.split("/threads/")[0]}
    response = page.context.request.post(path, form=fields, headers=origin, max_redirects=0)
    headers = {name: value for name, value in response.headers.items() if name not in OWN}
    return response.status, headers, response.body()


def refusals(house: House) -> list[tuple[str, str | None]]:
    """Actor and subject of every refused attempt in the log, as pseudonyms."""
    told = json.loads(house.portal.run("-c", REFUSALS))
    return [(actor, subject) for actor, subject in told]


@pytest.fixture
def thread(house: House) -> tuple[str, str]:
    """A thread of Imani's, and her chart: two addresses."""
    page = house.open("imani")
    address = steps.write(page, "Mine alone", "Nobody else is to see this.")
    page.goto("/")
    chart = page.locator('main a[href^="/patients/"]').first.get_attribute("href")
    assert chart
    return address, chart


@pytest.mark.parametrize("stranger", ["lindqvist", "klara", "becker", "petrenko"])
def test_not_yours_is_not_there(house: House, thread: tuple[str, str], stranger: str):
    page = house.open(stranger)
    before = refusals(house)
    answers = []
    for path in thread:
        nowhere = path.replace(path.split("/")[2], str(new_id()))
        answers.append((asked(page, path), asked(page, nowhere)))
    for verb in ("reply", "close", "reopen", "mark-read"):
        nowhere = f"/threads/{new_id()}/{verb}/"
        answers.append((posted(page, f"{thread[0]}{verb}/"), posted(page, nowhere)))
    left = refusals(house)[len(before) :]

    for mine, nobodys in answers:
        assert mine[0] == 404
        assert mine == nobodys
    assert len(left) == 2 * len(answers)
    assert sum(subject is not None for _, subject in left) == len(answers)
    assert len({actor for actor, _ in left}) == 1


def test_who_belongs_is_let_in(house: House, thread: tuple[str, str]):
    page = house.open("okafor")

    assert [asked(page, path)[0] for path in thread] == [200, 200]


def test_an_address_that_was_never_one_is_not_there_either(house: House):
    page = house.open("klara")

    assert asked(page, f"/threads/{UUID(int=0)}/")[0] == 404
    assert asked(page, "/threads/nonsense/")[0] == 404
    assert asked(page, "/nonsense/")[0] == 404
