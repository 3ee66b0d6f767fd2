"""Who waits: for the clinician whose visit it is, and for coordinators, live and on the page."""

import asyncio

import pytest
from django.urls import reverse

from portal.kernel.errors import NotFound
from portal.kernel.plugs import navigation
from scheduling.visits import actions, readings
from tests.cast import browser
from tests.harness.growth import queries_of
from tests.harness.live import Refused, live
from tests.patients.evidence import BOTH, events, n_entries
from tests.scheduling.visits.world import admitted, do, ended, video_visit, waiting

pytestmark = pytest.mark.feature("V2")
to_thread = asyncio.to_thread


def board(someone) -> str:
    """The topic of their list."""
    return f"arrivals.{someone.id.hex}"


def bell(someone) -> str:
    """The topic of who waits for them now."""
    return f"waiting.{someone.id.hex}"


def test_who_waits_longest_comes_first_and_what_is_over_is_not_there(world, cara, sam):
    soon = video_visit(world, minutes=20)
    first, second = waiting(world, minutes=6), waiting(world, minutes=2)
    inside = admitted(world, minutes=3)
    ended(world, minutes=4)
    video_visit(world, minutes=90)

    for someone in (cara, sam):
        lines = readings.arrivals_page(someone.actor)
        assert [line.appointment_id for line in lines] == [first, second, inside, soon]
        assert [line.may_admit for line in lines] == [someone is cara] * 2 + [False] * 2


def test_a_clinician_sees_their_own_visits_alone(world, cast, dov):
    waiting(world)

    assert readings.arrivals_page(dov.actor) == []
    for someone in (cast.ada, cast.pia, cast.ivy, cast.max):
        with pytest.raises(NotFound):
            readings.arrivals_page(someone.actor)


def test_the_list_names_whom_it_shows_in_one_entry(world, cast, cara):
    waiting(world)
    before = n_entries()

    readings.arrivals_page(cara.actor)

    assert n_entries() == before + 1
    assert events(cast.ada_record)[0] == "visit.arrivals-read"


def test_the_first_page_and_the_places_say_who_waits(world, cast, cara, ada):
    waiting(world)

    assert readings.home_card(cara.actor)["n_arrivals"] == 1
    assert readings.home_card(ada.actor) == {}
    (place,) = [item for item in navigation(cara.actor) if item.url == "visits:arrivals"]
    assert place.count == 1
    assert not [item for item in navigation(ada.actor) if item.url == "visits:arrivals"]
    page = browser(cara).get(reverse("visits:arrivals")).content.decode()
    assert readings.arrivals_page(cara.actor)[0].patient_name in page


def test_the_list_costs_the_same_however_long_it_is(world, cara):
    waiting(world, minutes=5)
    few = queries_of(lambda: readings.arrivals_page(cara.actor))
    for minutes in range(6, 12):
        waiting(world, minutes=minutes)
    many = queries_of(lambda: readings.arrivals_page(cara.actor))

    assert len(few) == len(many)


@pytest.mark.django_db(transaction=True, databases=BOTH)
async def test_an_arrival_is_told_at_once_and_who_leaves_goes(world):
    cast = world.cast
    visit = await to_thread(video_visit, world)
    async with live(cast.cara) as cara, live(cast.sam) as sam, live(cast.dov) as dov:
        for page, someone in ((cara, cast.cara), (sam, cast.sam), (dov, cast.dov)):
            await page.follow(board(someone))
            await page.hear("items", topic=board(someone))
        await to_thread(do, actions.arrive, cast.ada, visit)
        for page, someone in ((cara, cast.cara), (sam, cast.sam)):
            line = await told(page, someone, lambda line: line["state"] == "waiting")
            assert line["patient"]["name"]
            assert line["waiting_since"]
            assert line["mine"] is (someone is cast.cara)
        assert await dov.silent("items")

        await to_thread(do, actions.note, cast.sam, visit, "ten-minutes-late")
        line = await told(cara, cast.cara, lambda line: line["note"])
        assert line["note"]["code"] == "ten-minutes-late"
        await to_thread(do, actions.admit, cast.cara, visit)
        await told(sam, cast.sam, lambda line: line["state"] == "admitted")
        await to_thread(do, actions.end, cast.cara, visit)
        frame = await cara.hear("items", topic=board(cast.cara))
        while frame["items"][-1]["visits"]:
            frame = await cara.hear("items", topic=board(cast.cara))


@pytest.mark.django_db(transaction=True, databases=BOTH)
async def test_nobody_follows_the_list_of_another(world):
    cast = world.cast
    async with live(cast.sam) as sam, live(cast.ada) as ada:
        for page, someone in ((sam, cast.cara), (ada, cast.ada), (ada, cast.cara)):
            with pytest.raises(Refused, match="not-found"):
                await page.follow(board(someone))


@pytest.mark.django_db(transaction=True, databases=BOTH)
async def test_every_page_hears_of_who_waits_and_of_nobody_else(world):
    cast = world.cast
    visit = await to_thread(video_visit, world)
    async with live(cast.cara) as cara, live(cast.ada) as ada, live(cast.dov) as dov:
        before = await to_thread(n_entries)
        await cara.follow(bell(cast.cara))
        frame = await cara.hear("items", topic=bell(cast.cara))
        assert frame["items"][-1]["visits"] == []
        assert await to_thread(n_entries) == before
        for page, someone in ((ada, cast.ada), (ada, cast.cara), (dov, cast.cara)):
            with pytest.raises(Refused, match="not-found"):
                await page.follow(bell(someone))

        await to_thread(do, actions.arrive, cast.ada, visit)
        line = await told(cara, cast.cara, lambda line: line["patient"]["name"], bell)
        assert line["visit"] == str(visit)
        assert (await to_thread(events, cast.ada_record))[0] == "visit.arrivals-read"
        await to_thread(do, actions.admit, cast.cara, visit)
        frame = await cara.hear("items", topic=bell(cast.cara))
        while frame["items"][-1]["visits"]:
            frame = await cara.hear("items", topic=bell(cast.cara))


def test_the_bell_hangs_on_every_page_of_those_who_have_a_waiting_room(world, cast, cara):
    for someone in (cara, cast.sam):
        for where in ("home", "messaging:threads", "accounts:sessions"):
            page = browser(someone).get(reverse(where)).content.decode()
            assert f'data-topic="{bell(someone)}"' in page
    for someone in (cast.ada, cast.pia, cast.ivy, cast.max):
        page = browser(someone).get(reverse("accounts:sessions")).content.decode()
        assert "visits/bell" not in page


async def told(page, someone, true, topic=board):
    """The one line of the list, once this is true of it."""
    while True:
        frame = await page.hear("items", topic=topic(someone))
        for line in frame["items"][-1]["visits"]:
            if true(line):
                return line
