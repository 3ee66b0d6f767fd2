"""Invitations: a letter with a link, which lets in once, the right person, and tells nothing."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts import actions, selectors
from portal.accounts.actions import Outcome
from portal.accounts.errors import LinkSpent, NoSuchRole, NotAllowed, TooManyInvitations
from portal.accounts.models import Invitation, Person
from portal.kernel import clock, door, plugs
from portal.kernel.actor import STRANGER
from portal.kernel.errors import NotFound, Refusal
from portal.kernel.ids import new_id
from portal.notifications.selectors import written
from portal.outbox.errors import NoAddress
from portal.outbox.models import Letter, State
from tests.harness.write_guard import guard
from tests.portal.accounts.conftest import WORK, browser, make, person_at
from tests.portal.accounts.entries import events, last
from tests.portal.accounts.invited import CHOSEN, KIND, accept, actor_of, hashed, invite
from tests.portal.accounts.letters import waiting
from tests.portal.accounts.test_races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.feature("I2")]


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

    person = person_at("eva@example.org")
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
    person = person_at("eva@example.org")
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


@pytest.mark.parametrize("role", ["clinician", "coordinator", "administrator", "privacy-officer"])
def test_only_administrators_invite_staff(ada, cara, root, role):
    for someone in (ada, cara):
        with pytest.raises(NotAllowed):
            invite(actor_of(someone), role=role)
    with pytest.raises(NotAllowed):
        invite(STRANGER, role="patient")

    assert invite(actor_of(root), role=role)[0].role == role


def test_a_patient_writes_to_few_strangers_by_our_letters(ada, root):
    actor, boss = actor_of(ada), actor_of(root)
    for n in range(10):
        invite(actor, role="proxy", address=f"n{n}@example.org")
    with pytest.raises(TooManyInvitations):
        invite(actor, role="proxy", address="n11@example.org")

    for n in range(12):
        assert invite(boss, role="clinician", address=f"n{n}@example.org")


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


def test_taking_back_what_is_not_there_is_answered_as_what_is_somebody_elses(ada, cara, root):
    open_one, _ = invite(actor_of(ada))
    over, token = invite(actor_of(ada), address="y@example.org")
    accept(token)
    answers, works = set(), set()

    for which in (new_id(), open_one.pk, over.pk):
        with CaptureQueriesContext(connection) as asked:
            answer = browser(root).post(f"/people/invitations/{which}/withdraw/")
        answers.add((answer.status_code, answer.content.replace(str(which).encode(), b"")))
        tables = [query["sql"].split("WHERE")[0] for query in asked.captured_queries]
        works.add(tuple(sql for sql in tables if "invitation" in sql))

    assert [status for status, _ in answers] == [HTTPStatus.NOT_FOUND]
    assert len(works) == 1
    assert not door.run(actions.withdraw_invitation, actor_of(ada), over.pk)


def test_what_the_wards_tie_to_it_happens_in_the_same_transaction(monkeypatch):
    called = []

    def hook(actor, person_id, invitation):
        called.append((actor.name, person_id, invitation.subject))

    ward = plugs.Ward(name="x", enrolled=(hook,))
    monkeypatch.setattr(plugs, "wards", lambda: (ward,))
    made, token = invite()
    accept(token)

    person = person_at("eva@example.org")
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
