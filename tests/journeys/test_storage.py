"""What a browser keeps of a day on the portal: nothing about anybody, and then nothing at all."""

import json
from typing import TYPE_CHECKING

import pytest

from tests.journeys import pages, steps
from tests.journeys.browsers import PHONE, result
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.feature("A14")
WORDS = ("A rash behind my ear", "It itches at night", "and it has spread", "Njoroge", "Okafor")
KEPT = """async () => {
  const boxes = { local: { ...localStorage }, session: { ...sessionStorage } };
  boxes.databases = (await indexedDB.databases()).map(({ name }) => name);
  boxes.caches = await caches.keys();
  boxes.workers = (await navigator.serviceWorker.getRegistrations()).length;
  boxes.state = history.state;
  boxes.window = window.name;
  return boxes;
}"""


def kept(page: "Page") -> str:
    """Everything that scripts could find again in this browser, and every cookie."""
    return json.dumps([result(page, KEPT), page.context.cookies()], ensure_ascii=False)


def test_a_day_leaves_nothing_of_anybody_in_the_browser(house: House):
    page = house.device(size=PHONE)
    house.sign_in(page, "imani")
    steps.write(page, WORDS[0], WORDS[1])
    steps.box(page).press_sequentially(WORDS[2])
    page.locator("[data-draft-words]").get_by_text("Draft kept").wait_for()
    found = [kept(page)]
    for path, act in (
        ("/", pages.chart), ("/", pages.report), ("/visits/book/", lambda house, page: None),
        ("/visits/", lambda house, page: None), ("/account/sessions/", lambda house, page: None),
    ):  # fmt: skip
        page.goto(path)
        act(house, page)
        found.append(kept(page))

    assert not [word for text in found for word in WORDS if word in text]
    assert '"databases": []' in found[-1]
    assert '"caches": []' in found[-1]

    page.goto("/")
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_text("You are signed out").first.wait_for()
    left = json.loads(kept(page))
    assert (left[0]["local"], left[0]["session"]) == ({}, {})
    assert {cookie["name"] for cookie in left[1]} <= {"csrf"}
