"""The page behind the link of an invitation: whom it lets in, and what it must not tell."""

import logging
from http import HTTPStatus

import pytest
from django.test import Client

from portal.accounts import actions, selectors
from portal.accounts.errors import LinkSpent, SignInTaken, SomebodyElse
from portal.accounts.models import Invitation, Person, RoleGrant
from portal.kernel import door
from portal.kernel.redact import NoKeys
from tests.portal.accounts.conftest import PASSWORD, WORK, browser
from tests.portal.accounts.invited import CHOSEN, accept, actor_of, invite

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I2")]


@pytest.fixture
def pages(noon):
    """What the page says behind a link that was used, has expired, was withdrawn, never was."""
    _made, used = invite(address="a@example.org")
    accept(used)
    _made, expired = invite(address="b@example.org", days=0)
    made, withdrawn = invite(address="c@example.org")
    door.run(actions.withdraw_invitation, WORK, made.pk)
    return [used, expired, withdrawn, "x" * 40]


@pytest.mark.parametrize("method", ["get", "post"])
def test_whatever_is_wrong_with_a_link_the_page_is_the_same(pages, method):
    def told(token):
        answer = getattr(Client(), method)(f"/join/{token}/", {"name": "x", "password": CHOSEN})
        text = answer.content.decode().replace(answer["X-Request-ID"][-8:], "")
        return answer.status_code, text

    seen = {told(token) for token in pages}

    assert len(seen) == 1
    [(status, text)] = seen
    assert status == HTTPStatus.GONE
    assert "This link does not work any more. Ask the clinic for a new one." in text


def test_a_weak_password_or_no_name_keeps_the_link_open():
    _made, token = invite()
    client = Client()

    short = client.post(f"/join/{token}/", {"name": "Eva", "password": "short"})
    nameless = client.post(f"/join/{token}/", {"name": " ", "password": CHOSEN})
    right = client.post(f"/join/{token}/", {"name": "Eva", "password": CHOSEN})

    assert short.status_code == nameless.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert right["Location"] == "/"
    assert client.get("/account/sessions/").status_code == HTTPStatus.OK


@pytest.mark.parametrize("name", ["\u200b\u2060", "\u202e", "...", "\u3164"])
def test_a_name_that_nobody_sees_is_none(name):
    _made, token = invite()

    answer = Client().post(f"/join/{token}/", {"name": name, "password": CHOSEN})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please type your name." in answer.content.decode()


def test_a_name_is_one_line_in_one_direction():
    made, token = invite()

    Client().post(f"/join/{token}/", {"name": "Eva\r\n\u202e retniW\u200b", "password": CHOSEN})

    used = Invitation.objects.get(pk=made.pk)
    assert used.used_by_id
    assert selectors.name_of(used.used_by_id) == "Eva retniW"


def test_whoever_has_an_account_signs_in_first_and_then_says_yes(cara):
    made, token = invite(address=cara.email)

    asked = Client().get(f"/join/{token}/")
    forced = Client().post(f"/join/{token}/", {"name": "x", "password": CHOSEN})
    client = browser(cara)
    yes = client.post(f"/join/{token}/")

    assert b"You have an account here already" in asked.content
    assert b"You have an account here already" in forced.content
    assert yes["Location"] == "/"
    assert Invitation.objects.get(pk=made.pk).used_by_id == cara.id
    assert RoleGrant.objects.filter(person=cara.id, role="patient").exists()
    assert Person.objects.get(pk=cara.id).check_password(PASSWORD)


def test_the_action_itself_refuses_to_overwrite_an_account(cara):
    _made, token = invite(address=cara.email)

    with pytest.raises(SignInTaken):
        accept(token)


def test_somebody_else_cannot_use_the_link(ada, cara):
    _made, token = invite(address=cara.email)

    with pytest.raises(SomebodyElse):
        accept(token, by=actor_of(ada))
    page = browser(ada).get(f"/join/{token}/")

    assert b"for somebody else" in page.content
    assert selectors.open_invitation(token)


def test_who_lost_every_role_may_come_back_but_not_past_the_second_factor(cara):
    door.run(actions.end_role, WORK, cara.id, "clinician")
    _made, token = invite(address=cara.email, role="coordinator", purpose="staff")
    client = Client()

    answer = client.post(f"/join/{token}/", {"password": CHOSEN, "name": "Cara"})

    assert answer["Location"] == "/sign-in/"
    assert client.get("/account/sessions/")["Location"].startswith("/sign-in/")
    assert selectors.has_factor(cara.id)


def test_a_closed_account_is_not_opened_by_an_invitation(cara):
    door.run(actions.close_person, WORK, cara.id)
    _made, token = invite(address=cara.email)

    page = Client().post(f"/join/{token}/", {"password": CHOSEN, "name": "Cara"})

    assert page.status_code == HTTPStatus.GONE
    with pytest.raises(LinkSpent):
        accept(token)
    assert not Person.objects.get(pk=cara.id).is_active


def test_the_link_is_in_no_log(caplog):
    _made, token = invite()
    handler = logging.Handler()
    handler.addFilter(NoKeys())
    lines = []
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        Client().post(f"/join/{token}/", {"name": "", "password": ""})
        logging.getLogger("django.request").warning("Gone: %s", f"/join/{token}/")
        logging.getLogger("portal").warning(f"GET /join/{token}/?x=1")
    finally:
        logging.getLogger().removeHandler(handler)

    assert len(lines) >= 3
    assert not [line for line in lines if token in line]


def test_every_handler_of_ours_leaves_the_link_out(settings):
    for handler in settings.LOGGING["handlers"].values():
        assert "no_keys" in handler["filters"]
    assert settings.LOGGING["filters"]["no_keys"]["()"] is NoKeys


def test_the_page_tells_other_sites_nothing():
    _made, token = invite()

    page = Client().get(f"/join/{token}/")

    assert page["Referrer-Policy"] == "same-origin"
    assert page["Cache-Control"] == "no-store"
    assert page.status_code == HTTPStatus.OK
