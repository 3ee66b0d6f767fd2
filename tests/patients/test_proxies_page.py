"""Who can act for me: the page, its forms, and sockets that close when somebody's right ends."""

import asyncio
import time
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.urls import reverse

from patients import selectors
from patients.models import Offer, Proxy
from portal.kernel import clock
from tests.cast import browser
from tests.harness.canary import spoken
from tests.harness.live import Refused, live, topic_of
from tests.patients.evidence import BOTH, events
from tests.patients.scenes import ADDRESS, ask, get, post, signed_in

pytestmark = pytest.mark.feature("I9")
FORM = {"address": ADDRESS, "relation": "partner", "scope": "read"}


def grant_of(cast):
    return Proxy.objects.get(patient=cast.ada_record).pk


def test_the_page_says_who_since_when_and_what_they_may(cast, ada):
    page = get(ada, "patients:proxies")

    assert "Pia Kolibri" in page
    assert "parent" in page
    assert "May do everything the patient may" in page
    assert "until somebody ends it" in page
    assert events(cast.ada_record)[0] == "proxy.read"


def test_a_patient_asks_by_a_form_and_sees_that_it_waits(cast, ada):
    answer = post(ada, "patients:proxies", **FORM, valid_to="2099-01-31")

    assert answer.status_code == HTTPStatus.SEE_OTHER
    page = get(ada, "patients:proxies")
    assert ADDRESS in page
    assert "Waits for a yes until" in page
    assert "31 January 2099" in page


@pytest.mark.parametrize("missing", ["address", "relation", "scope"])
def test_what_is_missing_is_said_and_what_was_typed_stays(cast, ada, missing):
    answer = post(ada, "patients:proxies", **FORM | {missing: ""})
    page = answer.content.decode()

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please look at this again" in page
    assert missing == "address" or ADDRESS in page
    assert not Offer.objects.exists()


def test_what_is_refused_stands_beside_its_field(cast, ada, pia):
    answer = post(ada, "patients:proxies", **FORM | {"address": pia.email})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "acts for the patient already" in answer.content.decode()


def test_an_old_sign_in_is_asked_once_more_and_nothing_typed_is_lost(cast, ada):
    client = browser(ada)
    with clock.moved(by=timedelta(minutes=16)):
        answer = post(client, "patients:proxies", **FORM)

    assert "Is it still you?" in answer.content.decode()
    assert FORM["address"].replace("@", "%40") in answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Offer.objects.exists()


def test_a_patient_withdraws_what_waits(cast, ada):
    offer = ask(signed_in(ada), cast.ada_record)
    answer = post(ada, "patients:withdraw", offer.pk)

    assert answer["Location"] == reverse("patients:proxies")
    assert ADDRESS not in get(ada, "patients:proxies")


def test_a_patient_ends_it_at_once_and_sees_that_it_ended(cast, ada, pia):
    theirs = browser(pia)
    chart = reverse("patients:chart", args=[cast.ada_record])
    assert theirs.get(chart).status_code == HTTPStatus.OK

    post(ada, "patients:end-proxy", grant_of(cast))

    assert theirs.get(chart).status_code == HTTPStatus.NOT_FOUND
    page = get(ada, "patients:proxies")
    assert "Nobody but you" in page
    assert "ended on" in page


def test_ending_it_twice_says_that_it_is_over(cast, ada):
    grant = grant_of(cast)
    for _ in range(2):
        assert post(ada, "patients:end-proxy", grant).status_code == HTTPStatus.SEE_OTHER

    assert selectors.standing_grants(cast.ada_record) == []


def test_a_proxy_sees_for_whom_they_act_and_steps_down(cast, pia):
    page = get(pia, "patients:proxies")
    assert "For whom I act" in page
    assert "Ada Kolibri" in page

    post(pia, "patients:end-proxy", grant_of(cast))

    assert "You act for nobody today" in get(pia, "patients:proxies")
    assert events(cast.ada_record).count("proxy.ended") == 1


@pytest.mark.feature("M20")
def test_whoever_is_asked_finds_it_on_the_first_page_and_answers(cast, ada, ben):
    offer = ask(signed_in(ada), cast.ada_record, ben.email)
    client = browser(ben)
    assert "waits for your yes or no" in client.get("/").content.decode()
    page = get(client, "patients:proxies")
    assert "Will you act for Ada Kolibri?" in page
    assert events(cast.ada_record)[0] == "offer.read"

    answer = post(client, "patients:accept", offer.pk)

    assert answer["Location"] == reverse("patients:chart", args=[cast.ada_record])
    chart = client.get(answer["Location"]).content.decode()
    assert "You are acting for Ada Kolibri." in chart
    assert "Switch to somebody else" in chart


def test_a_no_is_a_no(cast, ada, ben):
    offer = ask(signed_in(ada), cast.ada_record, ben.email)
    post(ben, "patients:decline", offer.pk)

    assert "Will you act" not in get(ben, "patients:proxies")
    chart = reverse("patients:chart", args=[cast.ada_record])
    assert browser(ben).get(chart).status_code == HTTPStatus.NOT_FOUND


def test_a_yes_that_cannot_be_kept_is_explained(cast, ada, ben):
    offer = ask(signed_in(ada), cast.ada_record, ben.email)
    other = ask(signed_in(ada), cast.ada_record, ADDRESS)
    client = browser(ben)
    post(client, "patients:accept", offer.pk)
    assert post(client, "patients:accept", other.pk).status_code == HTTPStatus.NOT_FOUND


def test_the_record_leads_to_the_page(cast, ada, cara):
    address = reverse("patients:proxies")

    assert f'href="{address}"' in get(ada, "patients:chart", cast.ada_record)
    staff = get(cara, "patients:chart", cast.ada_record)
    assert f'href="{address}"' not in staff
    assert "You are acting for" not in staff


@pytest.mark.django_db(transaction=True, databases=BOTH)
async def test_an_open_page_of_somebody_whose_right_ended_closes_within_a_second(world):
    thread = await asyncio.to_thread(world.thread)
    async with live(world.cast.pia) as page:
        await page.follow(topic_of(thread))
        await page.hear("items")
        grant = await asyncio.to_thread(grant_of, world.cast)
        await asyncio.to_thread(post, world.cast.ada, "patients:end-proxy", grant)
        ended = time.monotonic()
        told = await page.hear("left", topic=topic_of(thread))
        assert told["why"] == "gone"
        # A second is what is promised; a busy machine may take its time.
        assert time.monotonic() - ended < 5
        with pytest.raises(Refused):
            await page.do("messaging.reply", thread=thread, text=spoken("Still me"))


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_the_end_of_the_calendar_is_refused(cast, ada, sam, day):
    asked = post(ada, "patients:proxies", **FORM, valid_to=day)
    staff = {"person": cast.dov.id, "role": "clinician"}
    joined = [
        post(sam, "patients:join-team", cast.ada_record, **staff, **{name: day})
        for name in ("valid_from", "valid_to")
    ]

    statuses = {answer.status_code for answer in (asked, *joined)}
    assert statuses == {HTTPStatus.UNPROCESSABLE_ENTITY}
    assert not Offer.objects.exists()
