"""The page on which a coordinator arranges one patient."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.urls import reverse

from patients import actions, selectors
from patients.models import CareTeamMember, Offer, Scope
from patients.ports import Chart, ContactPoint, PersonName
from portal.crypto import keys
from portal.kernel import clock, door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.cast import WORK, browser
from tests.harness.canary import STEM, spoken
from tests.patients.evidence import events
from tests.patients.scenes import ADDRESS, get, join, post, record

pytestmark = pytest.mark.feature("I2", "I9", "I13")
ASKED = {"address": ADDRESS, "proofing": "document"}


@pytest.fixture
def rosa(cast):
    return record()


def test_a_coordinator_sees_how_to_reach_somebody_and_nothing_about_health(world, sam):
    secret = spoken("It itches")
    world.thread(text=secret)
    record_ = world.cast.ada_record
    page = get(sam, "patients:arrange", record_)

    assert "Ada Kolibri" in page
    assert "+49 30 5550 0117" in page
    assert "Dr Cara Kolibri" in page
    assert "Pia Kolibri" in page
    assert secret not in page
    assert events(record_)[0] == "patient.arranging-read"


@pytest.mark.feature("M28")
def test_the_preferred_name_and_unsafe_contacts_are_shown(cast, sam):
    contacts = (ContactPoint("phone", "030 5550 0199", safe=False),)
    chart = Chart(
        name=PersonName("Kolibri", ("Robin",)),
        preferred_name="Robs",
        pronouns="they/them",
        born="1980-01-01",
        contacts=contacts,
    )
    page = get(sam, "patients:arrange", door.run(actions.register_patient, WORK, chart).pk)

    assert "Robs" in page
    assert "they/them" in page
    assert "Do not use: not safe" in page


def test_a_coordinator_invites_and_the_patient_comes_in(cast, sam, rosa):
    answer = post(sam, "patients:invite", rosa, **ASKED)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    page = get(sam, "patients:arrange", rosa)
    assert ADDRESS in page
    assert "Waits for a yes until" in page

    join()

    page = get(sam, "patients:arrange", rosa)
    assert "Uses the portal" in page
    assert "by a document" in page
    assert ADDRESS in page


@pytest.mark.parametrize("wrong", [{"address": ""}, {"address": "rosa"}, {"proofing": ""}])
def test_an_invitation_without_address_or_proof_is_not_sent(cast, sam, rosa, wrong):
    answer = post(sam, "patients:invite", rosa, **ASKED | wrong)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please look at this again" in answer.content.decode()
    assert not Offer.objects.exists()


def test_a_second_invitation_to_the_address_says_why_not(cast, sam, rosa):
    post(sam, "patients:invite", rosa, **ASKED)
    answer = post(sam, "patients:invite", rosa, **ASKED)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "There is an open invitation to this address" in answer.content.decode()


def test_a_patient_with_an_account_is_kindly_refused(cast, sam):
    answer = post(sam, "patients:invite", cast.ada_record, **ASKED)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "uses the portal already" in answer.content.decode()


def test_a_coordinator_asks_a_proxy_with_proof_and_withdraws(cast, sam, rosa):
    other = f"helper@{STEM}.example"
    asked = ASKED | {"address": other, "scope": "correspond", "relation": "guardian"}
    asked |= {"valid_to": "2098-02-03"}
    assert post(sam, "patients:appoint", rosa, **asked).status_code == HTTPStatus.SEE_OTHER
    page = get(sam, "patients:arrange", rosa)
    assert other in page
    assert "3 February 2098" in page

    answer = post(sam, "patients:withdraw", Offer.objects.get().pk)

    assert answer["Location"] == reverse("patients:arrange", args=[rosa]) + "#proxies"
    assert other not in get(sam, "patients:arrange", rosa)


def test_an_old_sign_in_is_asked_once_more_before_a_proxy(cast, sam, rosa):
    client = browser(sam)
    with clock.moved(by=timedelta(minutes=14, seconds=50)):
        client.get("/")
    with clock.moved(by=timedelta(minutes=16)):
        answer = post(client, "patients:appoint", rosa, **ASKED)

    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Is it still you?" in page
    assert ASKED["address"].replace("@", "%40") in page
    assert not Offer.objects.exists()


def test_the_page_of_a_child_says_when_a_parents_rights_change(cast, sam):
    day = selectors.clinic_day(clock.now())
    child = record("Leo", born=day.replace(year=day.year - 7, day=1).isoformat())
    teenager = record("Mila", born=day.replace(year=day.year - 15, day=1).isoformat())

    assert "A parent may do less from the birthday on" in get(sam, "patients:arrange", child)
    assert "At this age a parent may do less." in get(sam, "patients:arrange", teenager)
    assert "birthday on" not in get(sam, "patients:arrange", record("Otto", born="1950-01-01"))


def test_somebody_joins_the_care_team_with_dates_and_leaves(cast, sam, dov):
    until = selectors.clinic_day(clock.now()) + timedelta(days=7)
    given = {"person": dov.id, "role": "nurse", "valid_to": until.isoformat()}
    answer = post(sam, "patients:join-team", cast.ada_record, **given)
    assert answer.status_code == HTTPStatus.SEE_OTHER

    link = CareTeamMember.objects.get(person=dov.id)
    assert (link.role, link.valid_to) == ("nurse", until)
    assert "Dr Dov Kolibri" in get(sam, "patients:arrange", cast.ada_record)

    answer = post(sam, "patients:leave-team", link.pk)
    assert answer["Location"].endswith("#team")
    assert post(sam, "patients:leave-team", link.pk).status_code == HTTPStatus.SEE_OTHER
    chart = reverse("patients:chart", args=[cast.ada_record])
    assert browser(dov).get(chart).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("person", ["", "ada", "sam", "cara"])
def test_who_cannot_join_the_care_team(cast, sam, person):
    chosen = cast.people[person].id if person else ""
    given = {"person": chosen, "role": "clinician"}
    answer = post(sam, "patients:join-team", cast.ada_record, **given)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert CareTeamMember.objects.filter(patient=cast.ada_record).count() == 1


def test_a_last_day_before_the_first_is_said_beside_its_field(cast, sam, dov):
    given = {"person": dov.id, "role": "nurse", "valid_to": "2020-01-01"}
    answer = post(sam, "patients:join-team", cast.ada_record, **given)

    assert "The last day must not lie before" in answer.content.decode()


def test_an_erased_record_is_not_there(cast, sam, rosa):
    keys.destroy_shred_key(rosa)

    answer = browser(sam).get(reverse("patients:arrange", args=[rosa]))
    assert answer.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.feature("M25")
def test_nobody_is_let_into_a_record_that_is_erased(cast, sam, rosa):
    """From a page that a coordinator has open still."""
    keys.destroy_shred_key(rosa)
    common: dict[str, Any] = {"proofing": "in-person", "command_id": new_id()}
    to_act: dict[str, Any] = {"scope": Scope.FULL, **common}

    with pytest.raises(NotFound):
        door.run(actions.invite_patient, sam.actor, rosa, "new@example.org", **common)
    for relation in ("parent", "partner"):
        with pytest.raises(NotFound):
            door.run(
                actions.offer_proxy, sam.actor, rosa, "new@example.org", relation=relation, **to_act
            )
    with pytest.raises(NotFound):
        door.run(actions.add_to_care_team, sam.actor, rosa, cast.dov.id)
