"""Neither a privacy officer nor an administrator meets what patients and clinicians write."""

import pytest
from django.test import Client
from django.urls import reverse

from patients import actions as patients
from portal.audit import actions as audit
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.architecture.access import SCENES, table
from tests.cast import browser
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A11")]
SAID = ("otterbein topic", "otterbein body", "otterbein reply", "otterbein note")
ASKED, CHART = "otterbein question", ("Kolibri Street 1", "Someone Kolibri", "+49 30 5550 0117")
PAGES = sorted(asked for asked in table() if asked.startswith("GET"))


def fill(world: World) -> None:
    """Ada wrote, was answered, a note lies beside it, and she asked who looked."""
    topic, body, reply, note = SAID
    thread = world.thread(topic=topic, text=body)
    world.reply(thread, reply)
    world.note(thread, note)
    cast = world.cast
    entry = audit.record_alone(cast.cara.actor, "chart.read", patient=cast.ada_record, encounters=0)
    door.run(
        patients.ask_question,
        cast.ada.actor,
        cast.ada_record,
        entry,
        ASKED,
        command_id=new_id(),
    )


def met(client: Client, asked: str, world: World, key: str) -> list[str]:
    """What of it stands on this page."""
    someone = world.cast.people[key]
    cookie = next(iter(client.cookies.values())).value
    response = client.get(SCENES[asked](world, someone, cookie).where)
    text = response.content.decode(errors="replace")
    return [word for word in (*SAID, ASKED, *CHART) if word in text]


@pytest.mark.parametrize("key", ["ivy", "max"])
def test_no_page_of_theirs_holds_what_was_written(world, key):
    fill(world)
    client = browser(world.cast.people[key])

    found = {asked: met(client, asked, world, key) for asked in PAGES if "sign-out" not in asked}

    assert {asked: words for asked, words in found.items() if words} == {}


def test_an_administrator_meets_no_patient_by_name(world):
    fill(world)
    client = browser(world.cast.max)

    for asked in PAGES:
        where = SCENES[asked](world, world.cast.max, next(iter(client.cookies.values())).value)
        assert (
            "ada Kolibri".lower()
            not in (client.get(where.where).content.decode(errors="replace").lower())
            or asked in WITH_PEOPLE
        ), asked


WITH_PEOPLE = {"GET accounts:people", "GET accounts:person", "GET accounts:lost-phones"}
"""Pages about accounts, which administrators keep: there people stand as who signs in."""


def test_the_officer_reads_the_question_that_is_put_to_them_and_nothing_beside_it(world):
    fill(world)
    client = browser(world.cast.ivy)
    page = client.get(reverse("patients:review")).content.decode()
    link = page.split("/patients/review/questions/")[1].split("/")[0]

    text = client.get(reverse("patients:review-question", args=[link])).content.decode()

    assert ASKED in text
    assert not [word for word in (*SAID, *CHART) if word in text]


def test_the_walk_notices_what_it_looks_for(world):
    fill(world)
    client = browser(world.cast.ada)
    page = client.get(reverse("messaging:threads")).content.decode()

    assert SAID[0] in page
