"""People and roles: who may make them, what is kept in the clear, when a role counts."""

import unicodedata
from uuid import UUID

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts import actions, policy, selectors
from portal.accounts.errors import NoSuchRole, NotAllowed, SignInTaken
from portal.accounts.models import Person, RoleGrant
from portal.accounts.plugs import export_person
from portal.accounts.selectors import Profile
from portal.accounts.selectors.people import sealed, unsealed
from portal.crypto.primitives import SealBroken
from portal.kernel import door
from portal.kernel.actor import STRANGER
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.portal.accounts.conftest import (
    NOON,
    PASSWORD,
    WORK,
    Someone,
    browser,
    key_of,
    later,
    make,
)
from tests.portal.accounts.entries import events

pytestmark = pytest.mark.feature("I1")


def actor_of(someone: Someone):
    return someone.acts(key_of(browser(someone)))


def test_a_person_is_found_by_address_and_named_to_others(cara: Someone):
    assert selectors.find_person("Winter@Example.ORG ") == cara.person
    assert selectors.name_of(cara.id) == "Dr Cara Winter"
    assert selectors.names_of([cara.id, new_id()]) == {cara.id: "Dr Cara Winter"}
    assert selectors.name_of(new_id()) == ""


def test_names_and_addresses_are_sealed_and_bound_to_their_person(ada: Someone, cara: Someone):
    row = bytes(ada.person.profile_sealed)

    assert b"Byron" not in row
    with pytest.raises(SealBroken):
        unsealed(cara.id, row)
    assert "Byron" not in repr(ada.person) + str(ada.person) + repr(selectors.profiles([ada.id]))


def test_names_cost_one_query_however_many(ada: Someone, cara: Someone, ben: Someone):
    with CaptureQueriesContext(connection) as captured:
        selectors.names_of([ada.id, cara.id, ben.id])

    assert len(captured) == 1


def test_a_changed_profile_is_seen_at_once(ada: Someone):
    assert selectors.name_of(ada.id) == "Ada Byron"

    blob = sealed(ada.id, Profile("Ada Lovelace"))

    assert unsealed(ada.id, blob).shown == "Ada Lovelace"


@pytest.mark.parametrize("email", ["byron@example.org", "BYRON@EXAMPLE.ORG", "ｂyron@example.org"])
def test_one_address_signs_in_one_person(ada: Someone, email: str):
    with pytest.raises(SignInTaken):
        make("Ada Two", email=email)

    assert Person.objects.count() == 1


def test_addresses_that_only_look_alike_are_two(ada: Someone):
    lookalike = "byron@example.org".replace("o", "о")  # Cyrillic
    assert unicodedata.normalize("NFKC", lookalike) != "byron@example.org"

    make("Not Ada", email=lookalike)

    assert Person.objects.count() == 2


def test_only_administrators_make_people_and_roles(cara: Someone, ada: Someone, root: Someone):
    for someone in (cara, ada):
        with pytest.raises(NotAllowed):
            door.run(actions.create_person, actor_of(someone), Profile("X", email="x@example.org"))
        with pytest.raises(NotAllowed):
            door.run(actions.grant_role, actor_of(someone), someone.id, "administrator")
        with pytest.raises(NotAllowed):
            door.run(actions.end_role, actor_of(someone), ada.id, "patient")
        with pytest.raises(NotAllowed):
            door.run(actions.close_person, actor_of(someone), ada.id)
        with pytest.raises(NotAllowed):
            door.run(actions.start_session, actor_of(someone), root.id)
    with pytest.raises(NotAllowed):
        door.run(actions.create_person, STRANGER, Profile("X", email="x@example.org"))
    assert set(RoleGrant.objects.values_list("role", flat=True)) == {
        "patient",
        "clinician",
        "administrator",
    }

    made = door.run(actions.create_person, actor_of(root), Profile("X", email="x@example.org"))
    door.run(actions.grant_role, actor_of(root), made.pk, "coordinator")

    assert {"person.created", "role.granted"} <= {*events()}


def test_a_role_that_does_not_exist_is_not_granted(ada: Someone):
    with pytest.raises(NoSuchRole):
        door.run(actions.grant_role, WORK, ada.id, "superuser")
    with pytest.raises(NotFound):
        door.run(actions.grant_role, WORK, new_id(), "patient")
    with pytest.raises(NotFound):
        door.run(actions.end_role, WORK, ada.id, "clinician")


def test_a_role_is_held_once_for_good(ada: Someone):
    first = RoleGrant.objects.get(person=ada.id)

    again = door.run(actions.grant_role, WORK, ada.id, "patient")

    assert again == first


@pytest.mark.usefixtures("noon")
def test_a_role_counts_between_its_dates(ada: Someone):
    client = browser(ada)
    actor = ada.acts(key_of(client))
    with later(minutes=10):
        door.run(
            actions.grant_role, WORK, ada.id, "supervisor", since=NOON.replace(hour=13),
            until=NOON.replace(hour=14),
        )  # fmt: skip

    roles = []
    for minutes in (15, 30, 45, 60, 75, 89, 119, 120):
        with later(minutes=minutes):
            door.run(actions.note_presence, WORK, UUID(hex=actor.session))
            roles.append("supervisor" in ada.acts(key_of(client)).roles)

    assert roles == [False] * 3 + [True] * 4 + [False]


@pytest.mark.usefixtures("noon")
def test_a_role_to_come_can_be_ended_before_it_began(ada: Someone):
    door.run(actions.grant_role, WORK, ada.id, "supervisor", since=NOON.replace(hour=13))

    door.run(actions.end_role, WORK, ada.id, "supervisor")

    with later(hours=2):
        assert not policy.grants_in_force().filter(role="supervisor").exists()


def test_who_sees_whom(ada: Someone, ben: Someone, cara: Someone, dov: Someone, root: Someone):
    def seen(someone: Someone):
        return set(policy.readable_people(actor_of(someone)))

    assert seen(ada) == {ada.person}
    assert seen(cara) == {cara.person, dov.person, root.person}
    assert seen(root) == {one.person for one in (ada, ben, cara, dov, root)}
    assert not policy.readable_people(STRANGER).exists()


def test_people_with_a_role_are_listed_while_they_hold_it(cara: Someone, dov: Someone):
    door.run(actions.close_person, WORK, dov.id)

    assert selectors.people_with_role("clinician") == [cara.id]


def test_a_password_alone_opens_nothing_by_djangos_own_door(ada: Someone):
    assert authenticate(None, username=ada.email, password=PASSWORD) is None


def test_a_person_without_a_password_cannot_sign_in(client, db):
    person = door.run(actions.create_person, WORK, Profile("No", email="no@example.org"))
    door.run(actions.grant_role, WORK, person.pk, "patient")

    for password in ("", " ", "!", person.password):
        client.post("/sign-in/", {"username": "no@example.org", "password": password})

    assert not person.sessions.exists()


def test_an_export_holds_what_is_known_and_no_secret(ada: Someone):
    browser(ada)

    export = repr(export_person(ada.id))

    assert "Ada Byron" in export
    assert "patient" in export
    assert ada.person.password not in export


def test_a_closed_person_keeps_no_session(ada: Someone):
    browser(ada)

    door.run(actions.close_person, WORK, ada.id)

    assert not policy.open_sessions().exists()
    assert "person.closed" in events()
