"""Invitations: a letter with a link, which lets in once, the right person, and tells nothing."""

import logging
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from portal.accounts import actions, selectors
from portal.accounts.actions import Newcomer, Outcome
from portal.accounts.errors import LinkSpent, NoSuchRole, NotAllowed, SignInTaken, SomebodyElse
from portal.accounts.models import Invitation, Person, RoleGrant
from portal.kernel import clock, door, plugs
from portal.kernel.actor import STRANGER
from portal.kernel.errors import NotFound, Refusal
from portal.kernel.ids import new_id
from portal.kernel.redact import NoKeys
from portal.notifications.selectors import written
from portal.outbox.errors import NoAddress
from portal.outbox.models import Letter, State
from tests.harness.write_guard import guard
from tests.portal.accounts.conftest import PASSWORD, WORK, browser, key_of, make
from tests.portal.accounts.entries import events, last
from tests.portal.accounts.letters import last_of, waiting
from tests.portal.accounts.test_races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I2")]
KIND = "accounts.invitation"
CHOSEN = "seven kettles on the moon"


def invite(by=WORK, **given):
    fitting = {
        "purpose": "record",
        "address": "eva@example.org",
        "role": "patient",
        "subject": new_id(),
        "proofing": "in-person",
    }
    made = door.run(actions.invite, by, **fitting | given)
    return made, last_of(KIND)["link"]


def hashed():
    return selectors.hashed_password(CHOSEN)


def accept(token, by=STRANGER, **given):
    newcomer = Newcomer(**{"name": "Eva Berg", "password_hash": hashed()} | given)
    return door.run(actions.accept_invitation, by, token, newcomer)


def actor_of(someone):
    return someone.acts(key_of(browser(someone)))


def test_a_letter_with_the_link_goes_to_the_address_and_nowhere_else(noon):
    made, token = invite()

    [letter] = waiting(KIND)
    text = written(letter)

    assert text.address == "eva@example.org"
    assert f"/join/{token}/" in text.body
    assert letter.until == made.expires_at == clock.now() + timedelta(days=14)
    assert events() == ["invitation.made"]


def test_neither_the_link_nor_the_address_is_kept_in_clear():
    made, token = invite(name="Eva Kolibri")

    row = Invitation.objects.filter(pk=made.pk).values().get()
    letter = Letter.objects.values().get()

    for kept in (*row.values(), *letter.values()):
        raw = kept if isinstance(kept, bytes) else str(kept).encode()
        assert token.encode() not in raw
        assert b"eva@" not in raw
        assert b"Eva" not in raw


def test_the_link_makes_a_person_with_the_role_and_signs_them_in():
    made, token = invite()

    step = accept(token)

    person = selectors.find_person("eva@example.org")
    standing = selectors.standing_of_key(step.key)
    assert step.outcome is Outcome.DONE
    assert selectors.name_of(person.pk) == "Eva Berg"
    assert standing.actor.id == person.pk
    assert standing.actor.roles == {"patient"}
    assert Invitation.objects.get(pk=made.pk).used_by_id == person.pk
    assert selectors.proofing_of(person.pk) == "in-person"
    assert events()[-3:] == ["role.granted", "invitation.accepted", "person.signed-in"]


def test_the_level_of_proof_is_in_the_entry():
    invite(proofing="document")

    assert last().event == "invitation.made"
    assert Invitation.objects.get().proofing == "document"


def test_what_is_not_a_known_proof_counts_as_none():
    made, _token = invite(proofing="")

    assert made.proofing == "none"


@pytest.mark.feature("I10")
def test_staff_set_up_a_second_factor_before_anything_else(root):
    _made, token = invite(actor_of(root), role="clinician", purpose="staff", name="Dr Eva Berg")
    client = Client()

    answer = client.post(f"/join/{token}/", {"password": CHOSEN})
    elsewhere = client.get("/")

    assert answer["Location"] == "/account/factor/"
    assert elsewhere["Location"].startswith("/account/factor/")
    person = selectors.find_person("eva@example.org")
    assert selectors.profiles([person.pk])[person.pk].title == "Dr"
    assert selectors.profiles([person.pk])[person.pk].name == "Eva Berg"


def test_a_link_works_once():
    _made, token = invite()
    accept(token)

    with pytest.raises(LinkSpent):
        accept(token)

    assert Person.objects.count() == 1


def test_a_withdrawn_or_expired_link_works_no_more_and_its_letter_does_not_go():
    made, token = invite()
    door.run(actions.withdraw_invitation, WORK, made.pk)
    other, late = invite(address="late@example.org")

    with pytest.raises(LinkSpent):
        accept(token)
    with clock.frozen(other.expires_at), pytest.raises(LinkSpent):
        accept(late)

    assert Letter.objects.get(about=made.pk).state == State.WITHDRAWN
    assert not Person.objects.exists()
    assert not door.run(actions.withdraw_invitation, WORK, made.pk)


def test_a_second_letter_for_the_same_thing_makes_the_first_link_worthless():
    subject = new_id()
    _first, old = invite(subject=subject)
    _second, new = invite(subject=subject)
    invite(subject=new_id())

    with pytest.raises(LinkSpent):
        accept(old)

    assert accept(new).outcome is Outcome.DONE


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


@pytest.mark.parametrize("role", ["clinician", "coordinator", "administrator", "privacy-officer"])
def test_only_administrators_invite_staff(ada, cara, root, role):
    for someone in (ada, cara):
        with pytest.raises(NotAllowed):
            invite(actor_of(someone), role=role)
    with pytest.raises(NotAllowed):
        invite(STRANGER, role="patient")

    assert invite(actor_of(root), role=role)[0].role == role


def test_nobody_is_invited_to_what_does_not_exist():
    with pytest.raises(NoSuchRole):
        invite(role="king")
    with pytest.raises(NoAddress):
        invite(address="eva")


def test_only_its_maker_or_an_administrator_takes_an_invitation_back(ada, cara, root):
    mine, _ = invite(actor_of(ada))
    staff, _ = invite(actor_of(root), role="clinician", address="x@example.org")

    for someone, which in ((cara, mine), (cara, staff), (root, mine), (ada, staff)):
        with pytest.raises(NotFound):
            door.run(actions.withdraw_invitation, actor_of(someone), which.pk)

    assert door.run(actions.withdraw_invitation, actor_of(ada), mine.pk)
    assert door.run(actions.withdraw_invitation, actor_of(root), staff.pk)


def test_what_the_wards_tie_to_it_happens_in_the_same_transaction(monkeypatch):
    called = []

    def hook(actor, person_id, invitation):
        called.append((actor.name, person_id, invitation.subject))

    ward = plugs.Ward(name="x", enrolled=(hook,))
    monkeypatch.setattr(plugs, "wards", lambda: (ward,))
    made, token = invite()
    accept(token)

    person = selectors.find_person("eva@example.org")
    assert called == [("system:enrolment", person.pk, made.subject)]


@pytest.mark.django_db(transaction=True)
def test_if_a_ward_refuses_nothing_has_happened(monkeypatch):
    class NotNow(Refusal):
        """No."""

    def hook(*_):
        raise NotNow

    made, token = invite()
    monkeypatch.setattr(plugs, "wards", lambda: (plugs.Ward(name="x", enrolled=(hook,)),))
    with pytest.raises(NotNow):
        accept(token)

    assert not Person.objects.exists()
    assert selectors.open_invitation(token) == made


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
    assert settings.LOGGING["filters"]["no_keys"]["()"] == "portal.kernel.redact.NoKeys"


def test_the_page_tells_other_sites_nothing():
    _made, token = invite()

    page = Client().get(f"/join/{token}/")

    assert page["Referrer-Policy"] == "same-origin"
    assert page["Cache-Control"] == "no-store"
    assert page.status_code == HTTPStatus.OK


def test_the_database_refuses_what_the_code_never_does():
    made, _token = invite()
    row = Invitation.objects.filter(pk=made.pk)
    person = make("Ben Adler", "patient", factor=False)

    for wrong in (
        {"role": "king"},
        {"proofing": "promise"},
        {"used_at": clock.now()},
        {"used_at": clock.now(), "used_by": person.id, "withdrawn_at": clock.now()},
    ):
        with guard.off("an intruder"), pytest.raises(IntegrityError), transaction.atomic():
            row.update(**wrong)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_twenty_posts_at_once_one_gets_in():
    _made, token = invite()
    password = hashed()

    def use(n):
        try:
            accept(token, name=f"Eva {n}", password_hash=password)
        except LinkSpent:
            return "spent"
        return "in"

    results = at_once(use, range(20))

    assert sorted(results) == ["in"] + ["spent"] * 19
    assert Person.objects.count() == 1
    assert connection.vendor in {"sqlite", "postgresql"}
