"""The cast is as its description says."""

import pytest

from patients.policy import correspondable_patients, reachable_patients
from portal.accounts.policy import STAFF
from tests.cast import KEYS, browser

pytestmark = pytest.mark.django_db


def reached(someone):
    return {patient.pk for patient in reachable_patients(someone.actor)}


def test_each_reaches_whom_they_should(cast):
    assert reached(cast.ada) == reached(cast.pia) == reached(cast.cara) == {cast.ada_record}
    assert reached(cast.ben) == {cast.ben_record}
    for key in ("dov", "sam", "ivy", "max", "nobody"):
        assert reached(cast.people[key]) == set()
    assert correspondable_patients(cast.pia.actor).exists()


def test_staff_have_an_app_and_the_others_need_none(cast):
    for someone in cast.people.values():
        assert someone.has_app is bool(someone.roles & STAFF)


@pytest.mark.parametrize("key", KEYS)
def test_everybody_sees_a_first_page(cast, key):
    response = browser(cast.people[key]).get("/")

    assert response.status_code == 200
    greeted = f">{key.capitalize()}<" in response.content.decode()
    assert greeted is (key != "nobody")


def test_nobody_is_a_stranger(nobody):
    assert nobody.actor.name == "stranger"
