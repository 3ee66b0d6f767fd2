"""The story: a question, an answer, a server that dies in the middle, and nothing lost."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.journeys import steps
from tests.journeys.browsers import PHONE, Watch
from tests.journeys.house import House, clinic
from tests.shared import shared

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BACK = 60_000
"""Milliseconds: the page waits up to 15 s between two tries, and the server has to start."""


@dataclass
class Talk:
    """A patient with two tabs and a clinician, about one thread."""

    house: House
    patient: "Page"
    clinician: "Page"
    second: "Page"

    def everywhere(self) -> list["Page"]:
        """All three pages."""
        return [self.patient, self.second, self.clinician]


@pytest.fixture
def invented(chromium: "Browser", watch: Watch) -> Iterator[tuple[House, str, str, str]]:
    """The clinic that the demo comes with: Imani, and a question of ours."""
    question = "Since Monday I see spots before a headache starts.\n\nIs that my migraine?"
    with clinic(chromium, watch) as house:
        yield house, "imani", "okafor", question


@pytest.fixture
def real(chromium: "Browser", watch: Watch) -> Iterator[tuple[House, str, str, str]]:
    """People of FHIR bundles, what patients asked a doctor on-line, and what doctors answered."""
    people = shared("patients/synthea-r4")
    answered = shared("messages/kqa_questions_w_physician_answers.jsonl")
    asked = shared("messages/kqa_patient_questions.jsonl").read_text().splitlines()
    question = max((json.loads(row)["Question"] for row in asked[:200]), key=len)
    words = ("--patients", str(people), "--link-all", "--conversations", str(answered))
    with clinic(chromium, watch, *words) as house:
        yield house, "agustin.fonseca", "miquel.hettinger", question


@pytest.mark.feature("M1", "M5", "I3", "X2")
@pytest.mark.parametrize("clinic_of", ["invented", "real"])
@pytest.mark.timeout(240)
def test_a_question_is_answered_live_and_outlives_the_server(
    clinic_of: str, request: pytest.FixtureRequest, figures: list[str]
):
    house, patient, clinician, question = request.getfixturevalue(clinic_of)

    talk = begin(house, patient, clinician, question)
    told = converse(talk)
    figures.append(f"{clinic_of}: send to shown on the other side {told}")
    die_before_it_is_read(talk)
    die_while_it_is_stored(talk)

    agree(talk)
    house.portal.manage("audit", "verify")


def begin(house: House, patient: str, clinician: str, question: str) -> Talk:
    """The question is written, found by the clinician, and open on three pages."""
    phone = house.open(patient, size=PHONE)
    address = steps.write(phone, "A question before I sleep", question)
    steps.line(phone, question).wait_for()
    desk = house.open(clinician, "/threads/")
    desk.get_by_role("link", name="A question before I sleep").first.click()
    steps.line(desk, question).wait_for()
    second = phone.context.new_page()
    second.goto(address)
    talk = Talk(house, phone, desk, second)
    for page in talk.everywhere():
        steps.connection(page, steps.LIVE).wait_for()
    return talk


def converse(talk: Talk) -> str:
    """Lines go both ways and appear by themselves. Returns how fast."""
    for page in (talk.patient, talk.clinician):
        steps.clock_lines(page)
    took = []
    for number in range(5):
        ways = [(talk.patient, talk.clinician), (talk.clinician, talk.patient)]
        for sender, reader in ways:
            text = f"Line {number} from {'me' if sender is talk.patient else 'the clinic'}"
            steps.send(sender, text)
            took.append(steps.delay(sender, reader, text))
            steps.line(talk.second, text).wait_for()
    took.sort()
    assert took[-1] < 5_000, took
    return f"{took[len(took) // 2]:.0f} ms in the middle, {took[-1]:.0f} ms at most"


def die_before_it_is_read(talk: Talk) -> None:
    """The power goes while the message is on its way: the server has not even read it."""
    page, portal = talk.patient, talk.house.portal
    os.kill(portal.pid(), signal.SIGSTOP)
    steps.send(page, "Sent into a dying server")
    steps.box(page).fill("And half a thought")
    portal.kill()

    steps.connection(page, steps.LOST).get_by_text("Connection lost").wait_for()
    held = page.locator("[data-pending]")
    held.get_by_text("Sent into a dying server").wait_for()
    held.get_by_text("Not sent yet.").wait_for()
    assert steps.box(page).input_value() == "And half a thought"

    portal.start()
    for each in talk.everywhere():
        steps.connection(each, steps.LIVE).wait_for(timeout=BACK)
        steps.line(each, "Sent into a dying server").wait_for()
    assert not held.is_visible()
    assert steps.box(page).input_value() == "And half a thought"
    steps.box(page).fill("")


def die_while_it_is_stored(talk: Talk) -> None:
    """The power goes at the moment of sending: stored or not, answered or not, nobody knows."""
    portal = talk.house.portal
    for number in range(2):
        text = f"Was this stored? {number}"
        sender = talk.clinician if number % 2 else talk.patient
        steps.send(sender, text)
        with contextlib.suppress(ProcessLookupError):
            os.kill(portal.pid(), signal.SIGKILL)
        portal.kill()
        portal.start()
        for each in talk.everywhere():
            steps.connection(each, steps.LIVE).wait_for(timeout=BACK)
            steps.line(each, text).wait_for(timeout=BACK)


def agree(talk: Talk) -> None:
    """Both sides, the second tab and a page that was never live show the same, once each."""
    shown = [steps.transcript(page) for page in talk.everywhere()]
    fresh = talk.patient.context.new_page()
    fresh.goto(talk.patient.url)
    shown.append(steps.transcript(fresh))

    whole = shown[0]
    assert [number for number, _, _ in whole] == list(range(1, len(whole) + 1))
    assert len({text for _, _, text in whole}) == len(whole), "a line stands there twice"
    assert all(each == whole for each in shown[1:])
