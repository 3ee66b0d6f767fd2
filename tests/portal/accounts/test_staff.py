"""People who work here: an administrator brings them in, changes them, and lets them go."""

from http import HTTPStatus

import pytest
from django.test import Client

from portal.accounts import actions, selectors
from portal.accounts.errors import NotAllowed, NotYourself
from portal.accounts.models import Invitation, Person
from portal.kernel import door
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id
from tests.portal.accounts.conftest import PASSWORD, browser
from tests.portal.accounts.entries import events
from tests.portal.accounts.invited import actor_of
from tests.portal.accounts.letters import last_of, readers

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I10")]
EVA = {
    "name": "Dr Eva Berg",
    "address": "eva@example.org",
    "role": "clinician",
    "proofing": "document",
}


def text_of(client, path="/people/"):
    return client.get(path).content.decode()


def test_a_colleague_is_invited_comes_in_and_is_let_go(root):
    boss, eva = browser(root), Client()

    invited = boss.post("/people/invite/", EVA)
    waits = text_of(boss)
    joined = eva.post(f"/join/{last_of('accounts.invitation')['link']}/", {"password": PASSWORD})
    person = selectors.find_person(EVA["address"])
    assert person is not None
    here = text_of(boss, f"/people/{person.pk}/")
    boss.post(f"/people/{person.pk}/close/")
    after = eva.get("/account/factor/")

    assert invited["Location"] == "/people/"
    assert readers("accounts.invitation") == []
    assert "Invited, not here yet" in waits
    assert "Dr Eva Berg" in waits
    assert joined["Location"] == "/account/factor/"
    assert "clinician" in here
    assert "They showed a document with a picture." in here
    assert after["Location"].startswith("/sign-in/")
    assert "Closed" in text_of(boss)


def test_an_invitation_is_taken_back_on_the_page(root):
    boss = browser(root)
    boss.post("/people/invite/", EVA)
    link = last_of("accounts.invitation")["link"]

    answer = boss.post(f"/people/invitations/{Invitation.objects.get().pk}/withdraw/")

    assert answer["Location"] == "/people/"
    assert Client().get(f"/join/{link}/").status_code == HTTPStatus.GONE
    assert "Invited, not here yet" not in text_of(boss)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"address": "eva"}, {"role": "patient"}, {"proofing": ""}], ids=repr
)
def test_a_form_that_is_not_whole_invites_nobody(root, wrong):
    answer = browser(root).post("/people/invite/", EVA | wrong)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert b"Please look at this again" in answer.content
    assert not Invitation.objects.exists()


def test_a_role_ends_on_the_page_and_open_pages_know(root, cara):
    theirs, boss = browser(cara), browser(root)
    before = theirs.get("/account/sessions/").status_code

    boss.post(f"/people/{cara.id}/roles/clinician/end/")
    after = theirs.get("/account/sessions/").status_code

    assert (before, after) == (HTTPStatus.OK, HTTPStatus.FORBIDDEN)
    assert "No role" in text_of(boss, f"/people/{cara.id}/")


def test_a_closed_account_is_opened_again_by_an_administrator_alone(root, cara):
    boss = browser(root)
    boss.post(f"/people/{cara.id}/close/")
    closed = Client().post("/sign-in/", {"username": cara.email, "password": PASSWORD})

    with pytest.raises(NotAllowed):
        door.run(actions.reopen_person, actor_of(cara), cara.id)
    boss.post(f"/people/{cara.id}/open/")
    opened = Client().post("/sign-in/", {"username": cara.email, "password": PASSWORD})

    assert closed.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert opened["Location"] == "/sign-in/code/"
    assert "person.reopened" in events()


def test_nobody_shuts_themself_out(root):
    boss = browser(root)

    for path in ("close/", "roles/administrator/end/"):
        assert boss.post(f"/people/{root.id}/{path}").status_code == HTTPStatus.CONFLICT
    with pytest.raises(NotYourself):
        door.run(actions.close_person, actor_of(root), root.id)

    assert Person.objects.get(pk=root.id).is_active
    assert "Another administrator can end this." in text_of(boss, f"/people/{root.id}/")


def test_patients_are_not_listed_among_those_who_work_here(root, ada, cara):
    lines = selectors.staff(actor_of(root))

    assert {line.id for line in lines} == {root.id, cara.id}
    with pytest.raises(NotFound):
        selectors.staff_member(actor_of(root), ada.id)
    with pytest.raises(NotFound):
        selectors.staff_member(actor_of(root), new_id())
    for someone in (ada, cara):
        with pytest.raises(NotAllowed):
            selectors.staff(actor_of(someone))


def test_administrators_find_it_from_every_page_and_nobody_else_does(root, cara, ada):
    assert 'href="/people/"' in text_of(browser(root), "/account/sessions/")
    for someone in (cara, ada):
        assert 'href="/people/"' not in text_of(browser(someone), "/account/sessions/")


def test_what_an_administrator_sees_is_not_shown_when_printed(root):
    browser(root).post("/people/invite/", EVA)
    actor = actor_of(root)

    assert "Eva" not in repr(selectors.staff_invitations(actor)) + repr(selectors.staff(actor))
