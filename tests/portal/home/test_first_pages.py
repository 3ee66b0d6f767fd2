"""The first page of those who work here: what each may do, and nothing of what they may not."""

import re

import pytest

from portal.accounts import actions as accounts
from portal.kernel import door
from portal.kernel.actor import person_actor
from portal.kernel.ids import new_id
from tests.cast import KEYS, Someone, a_team, browser, engage, register
from tests.portal.accounts.invited import invite

pytestmark = pytest.mark.django_db
BOSS = person_actor(new_id(), frozenset({"administrator"}))
DESK = person_actor(new_id(), frozenset({"coordinator"}))
CLINICAL = ("Your patients", "Waiting for an answer", "Nobody waits for an answer", "All answered")
PEOPLE, TEAMS, PHONES = '"/people/"', '"/threads/teams/"', '"/lost-phones/"'
LOG, QUESTIONS = '"/patients/review/log/"', '"/patients/review/"'


def today(someone: Someone) -> str:
    """What stands on their first page, without what leads elsewhere from any page."""
    page = browser(someone).get("/").content.decode()
    return page.partition("<main")[2].partition("</main>")[0]


def test_an_administrator_finds_people_teams_and_lost_phones_and_no_patient(world):
    world.thread()

    page = today(world.cast.max)

    assert not [words for words in CLINICAL if words in page]
    assert all(link in page for link in (PEOPLE, TEAMS, PHONES))
    assert "No lost phone waits" in page
    assert LOG not in page


def test_a_privacy_officer_finds_the_log_and_the_questions_alone(world):
    world.thread()

    page = today(world.cast.ivy)

    assert not [words for words in CLINICAL if words in page]
    assert LOG in page
    assert QUESTIONS in page
    assert not [link for link in (PEOPLE, TEAMS, PHONES) if link in page]


@pytest.mark.parametrize("key", ["cara", "dov", "sam"])
def test_whoever_treats_finds_patients_and_what_waits_alone(cast, key):
    page = today(cast.people[key])

    assert "Your patients" in page
    assert "Waiting for an answer" in page
    assert not [link for link in (PEOPLE, TEAMS, PHONES, LOG) if link in page]


def test_whoever_does_both_finds_both(cast):
    page = today(engage("eva", "administrator", "clinician"))

    assert "Your patients" in page
    assert all(link in page for link in (PEOPLE, TEAMS, PHONES))


def test_an_administrator_who_is_a_patient_finds_their_own_record(cast):
    eva = engage("eva", "administrator", "patient")
    record = register(eva)

    page = today(eva)

    assert f'"/patients/{record}/"' in page
    assert "Your patients" not in page


def test_the_cards_count_what_there_is(cast):
    a_team("nobody here")
    invite(purpose="staff", role="clinician", name="Eva Berg")
    invite(address="zoe@example.org")
    door.run(accounts.close_person, BOSS, cast.dov.id)

    page = today(cast.max)

    assert "4 people work here." in page
    assert "1 more was invited and is not here yet." in page
    assert "Patients can write to 1 team." in page
    assert "1 team is not shown to them" in page


def test_a_lost_phone_is_told_to_whoever_may_deal_with_it(cast):
    lina = engage("lina", "supervisor")
    door.run(accounts.note_lost_phone, BOSS, cast.cara.email, proof="in-person")
    assert ["1 lost phone waits" in today(one) for one in (cast.max, lina)] == [True, True]
    assert not [one.key for one in (cast.sam, cast.cara, cast.ivy) if PHONES in today(one)]

    for name in ("eva", "zoe"):
        address = engage(name, "patient", app=True).email
        door.run(accounts.note_lost_phone, DESK, address, proof="in-person")
    assert "2 lost phones wait" in today(cast.sam)
    assert "1 lost phone waits" in today(cast.max)


@pytest.mark.parametrize("key", KEYS)
def test_every_card_leads_to_what_is_open_to_its_reader(world, key):
    thread = world.thread()
    world.reply(thread)
    someone, page = world.cast.people[key], today(world.cast.people[key])
    links = {*re.findall(r'<a\b[^>]* href="(/[^"]*)"', page)}

    refused = [link for link in links if browser(someone).get(link).status_code != 200]

    assert links
    assert not refused
