"""The road, attacked: each attempt is refused, each is an entry, and nothing is learnt by it."""

import json
import re
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys import steps, video, waiting
from tests.journeys.browsers import Watch
from tests.journeys.house import House, clinic

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.feature("A1", "I8")
SECRET = "It began after the funeral."
PATIENCE = 15_000
DARK = """[...document.querySelectorAll("video")].every((one) =>
  !one.srcObject || one.srcObject.getTracks().every((track) => track.readyState === "ended"))"""
ENTRIES = """
import django, json
django.setup()
from portal.audit.models import Entry
print(json.dumps(list(Entry.objects.order_by("id").values_list("event", flat=True))))
"""


@pytest.fixture(scope="module")
def attacked(filming: "Browser", watch: Watch) -> Iterator[House]:
    """A clinic that nobody else uses: accounts are closed in it, and rights end."""
    with clinic(filming, watch) as house:
        yield house


@pytest.fixture
def house(attacked: House) -> Iterator[House]:
    """The same; the browsers of this test are shut after it."""
    yield attacked
    attacked.close()


class Log:
    """What was written down since it was made."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._before = len(self._all())

    def since(self) -> list[str]:
        """The events, oldest first."""
        return self._all()[self._before :]

    def _all(self) -> list[str]:
        found: list[str] = json.loads(self._house.portal.run("-c", ENTRIES))
        return found


def words(page: "Page") -> str:
    """All that somebody can read there."""
    return page.locator("body").inner_text()


def signing_in(house: House, page: "Page", who: str, password: str = "") -> None:
    """The first step, by the form."""
    page.goto("/sign-in/")
    page.get_by_label("E-mail or sign-in name").fill(house.sign_ins[who].email)
    page.get_by_label("Password", exact=True).fill(password or house.sign_ins[who].password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def second_step(page: "Page", code: str) -> None:
    """The second one."""
    page.get_by_label("Six-digit code").fill(code)
    page.get_by_role("button", name="Continue").click()


@pytest.mark.feature("I5")
def test_a_stolen_cookie_opens_no_door_further_and_ends_with_the_next_proof(house: House):
    hers = house.device()
    house.sign_in(hers, "imani")
    path = steps.write(hers, "Mine alone", SECRET)
    thief = house.device(storage_state=hers.context.storage_state())
    waiting.idle(house, "imani", 16)
    log = Log(house)

    thief.goto("/account/password/")
    thief.get_by_role("heading", name="Is it still you?").wait_for()
    thief.get_by_label("Six-digit code").fill("000000")
    thief.get_by_role("button", name="It is me").click()
    thief.get_by_text("This code is not right").first.wait_for()
    assert "code.refused" in log.since()
    thief.goto(path)
    steps.connection(thief, steps.LIVE).wait_for()

    hers.goto("/account/password/")
    hers.get_by_label("Six-digit code").fill(house.code("imani"))
    hers.get_by_role("button", name="It is me").click()
    hers.get_by_role("heading", name="password").first.wait_for()

    thief.get_by_role("heading", name="You were signed out").wait_for(timeout=PATIENCE)
    assert SECRET not in words(thief)
    thief.goto(path)
    assert "/sign-in/" in thief.url
    hers.goto(path)
    steps.line(hers, SECRET).wait_for()
    assert "person.stepped-up" in log.since()


def test_a_clinician_without_a_link_learns_nothing_by_address(house: House):
    hers = house.open("imani")
    thread = steps.write(hers, "Mine alone", SECRET)
    visit = video.book(house, "imani")
    log = Log(house)
    his = house.open("lindqvist")

    for path in (thread, visit, visit + "check/"):
        nowhere = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "0190f3c2-0000-7000-8000-00000000dead", path)
        answers = []
        for address in (path, nowhere):
            response = his.goto(address)
            assert response is not None
            answers.append((response.status, words(his)))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
        assert SECRET not in answers[0][1]
    assert log.since().count("access.refused") == 6


@pytest.mark.feature("I9")
def test_a_parent_whose_right_ends_in_a_running_call_is_out_of_it(house: House):
    path = video.book(house, "ada", "lindqvist", record="leo")
    hers = video.arrive(house, "ada", path)
    his = video.enter(house, "lindqvist", path)
    video.admit(his)
    for page in (hers, his):
        video.see(page)
    log = Log(house)

    desk = house.open("becker", "/patients/")
    desk.get_by_label("Name").first.fill("Leo Marsh")
    desk.get_by_role("button", name="Find").click()
    desk.get_by_role("link", name="Leo Marsh").click()
    desk.get_by_role("button", name=re.compile("End now.*Ada Marsh")).click()

    his.get_by_text("their right to take part has ended").first.wait_for(timeout=PATIENCE)
    hers.get_by_role("heading", name="You are not in this visit any more").wait_for()
    assert hers.evaluate(DARK)
    answer = hers.goto(path)
    assert answer is not None
    assert answer.status == 404
    assert "Lindqvist" not in words(hers)
    assert {"proxy.ended", "access.refused"} <= set(log.since())


@pytest.mark.feature("I3")
def test_a_code_that_was_looked_at_over_a_shoulder_works_no_second_time(house: House):
    hers, thief = house.device(), house.device()
    signing_in(house, hers, "alvarez")
    code = house.code("alvarez")
    second_step(hers, code)
    hers.wait_for_url(house.origin + "/")
    log = Log(house)

    signing_in(house, thief, "alvarez")
    second_step(thief, code)

    thief.get_by_text("This code did not work").first.wait_for()
    thief.goto("/threads/")
    assert "/sign-in/" in thief.url
    assert "code.refused" in log.since()


def test_who_left_the_clinic_is_out_of_every_page_and_cannot_come_back(house: House):
    path = steps.write(house.open("klara"), "About my father", SECRET)
    nurse = house.device()
    house.sign_in(nurse, "demir")
    nurse.goto(path)
    steps.connection(nurse, steps.LIVE).wait_for()
    log = Log(house)

    office = house.open("petrenko", "/people/")
    office.get_by_role("link", name="Aylin Demir").click()
    office.get_by_role("button", name="Close the account").click()
    office.get_by_text("Nobody can sign in with this account").wait_for()

    nurse.get_by_text("igned out").first.wait_for(timeout=PATIENCE)
    assert SECRET not in words(nurse)
    answers = []
    for password in ("", "a wrong password"):
        again = house.device()
        signing_in(house, again, "demir", password)
        again.get_by_role("alert").first.wait_for()
        answers.append(again.get_by_role("alert").first.inner_text())
    assert answers[0] == answers[1]
    assert log.since().count("person.sign-in-refused") == 2
    assert "person.closed" in log.since()


@pytest.mark.feature("A2")
def test_an_older_database_put_back_is_noticed_and_told(filming: "Browser", watch: Watch):
    with clinic(filming, watch) as house:
        for name in ("ada", "haddad"):
            house.open(name)
        house.portal.manage("audit", "checkpoint")
        house.portal.kill()
        kept = house.portal.folder / "kept"
        files = [each for each in house.portal.folder.glob("*.sqlite3*") if each.is_file()]
        kept.mkdir()
        for each in files:
            shutil.copy2(each, kept)
        house.portal.start()
        steps.write(house.open("ada"), "Since then", SECRET, about="Ada Marsh")
        house.portal.manage("audit", "checkpoint")
        house.portal.kill()
        for each in house.portal.folder.glob("*.sqlite3*"):
            each.unlink()
        for each in kept.iterdir():
            shutil.copy2(each, house.portal.folder)

        house.portal.start()

        officer = house.open("haddad", "/patients/review/")
        officer.get_by_text("The log is frozen").first.wait_for()
        letters = house.letters(house.sign_ins["haddad"].email)
        assert any("log" in str(letter["Subject"]).lower() for letter in letters)
        assert not any(SECRET in str(letter) for letter in letters)
        # The clinic goes on: what is written now is kept, and nothing is signed over the gap.
        steps.write(house.open("ada"), "Still here", "You can be reached.", about="Ada Marsh")
        with pytest.raises(RuntimeError, match="frozen"):
            house.portal.manage("audit", "checkpoint")
