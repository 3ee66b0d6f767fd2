"""The page of a record, for each of the cast."""

from http import HTTPStatus

import pytest
from django.urls import reverse

from patients import actions
from patients.bundles.shapes import cleaned
from patients.ports import Chart, PersonName
from portal.accounts import actions as accounts
from portal.kernel import door
from portal.kernel.ids import new_id
from tests.cast import WORK, browser, engage
from tests.patients.evidence import events

pytestmark = pytest.mark.feature("I1")


def page_of(someone, record):
    return browser(someone).get(reverse("patients:chart", args=[record]))


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("ada", 200),
        ("pia", 200),
        ("cara", 200),
        ("ben", 404),
        ("dov", 404),
        ("sam", 404),
        ("ivy", 404),
        ("max", 404),
        ("nobody", 302),
    ],
)
def test_the_page_of_a_record(cast, key, status):
    response = page_of(cast.people[key], cast.ada_record)

    assert response.status_code == status
    if status == HTTPStatus.OK:
        assert "Ada Kolibri" in response.content.decode()
        assert events(cast.ada_record)[0] == "chart.read"
    elif status == HTTPStatus.NOT_FOUND:
        assert b"olibri" not in response.content
        assert events(cast.ada_record)[0] == "access.refused"


def test_not_yours_and_not_there_are_the_same_page(cast, dov):
    client = browser(dov)
    pages = [
        client.get(reverse("patients:chart", args=[record])).content
        for record in (cast.ada_record, new_id())
    ]

    assert pages[0] == pages[1]


def test_a_record_cannot_be_posted_to(cast, ada):
    response = browser(ada).post(reverse("patients:chart", args=[cast.ada_record]))

    assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_a_right_that_ended_is_gone_with_the_next_request(cast, cara):
    client = browser(cara)
    address = reverse("patients:chart", args=[cast.ada_record])
    assert client.get(address).status_code == HTTPStatus.OK

    door.run(accounts.end_role, WORK, cara.id, "clinician")
    door.run(accounts.grant_role, WORK, cara.id, "administrator")

    assert client.get(address).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", '"><img src=x onerror=a>', "{{ 7|add:7 }}", "Ro\u202ebert"],
)
def test_a_hostile_name_is_text_and_nothing_else(cast, name):
    zoe = engage("zoe", "patient")
    chart = Chart(name=PersonName(cleaned(name), ("Zoe",)), born="1990")
    patient = door.run(actions.register_patient, WORK, chart)
    door.run(actions.link_account, WORK, patient.pk, zoe.id)

    page = page_of(zoe, patient.pk).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "14" not in page.split("<h1", 1)[1].split("</h1>", 1)[0]
    assert "\u202e" not in page
