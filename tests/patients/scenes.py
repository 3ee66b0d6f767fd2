"""Scenes of arranging: records, letters, answers. Everything is done by actions and pages."""

from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse

from patients import actions
from patients.models import Offer, Scope
from patients.ports import Chart, ContactPoint, PersonName
from portal.accounts.selectors import standing_of_key
from portal.kernel import door
from portal.kernel.actor import Actor
from portal.kernel.ids import new_id
from tests.cast import WORK, Someone, browser
from tests.harness.canary import STEM, spoken
from tests.portal.accounts.letters import last_of

CHOSEN = "nine kettles on the moon"
ADDRESS = f"rosa@{STEM}.example"


def chart(given: str = "Rosa", family: str = "", born: str = "1990-05-17", **more: Any) -> Chart:
    """A chart of somebody who is not in the cast."""
    name = PersonName(family or STEM.capitalize(), (given,))
    contacts = (ContactPoint("email", f"{given.lower()}@{STEM}.example"),)
    return Chart(name=name, born=born, contacts=contacts, **more)


def record(given: str = "Rosa", **more: Any) -> UUID:
    """A record of somebody without an account."""
    return door.run(actions.register_patient, WORK, chart(given, **more)).pk


def signed_in(someone: Someone) -> Actor:
    """They act from a session that has just begun."""
    return standing_of_key(someone.start_session()).actor


def invite(by: Actor, patient: UUID, address: str = ADDRESS, **more: Any) -> Offer:
    """The patient is invited."""
    asked: dict[str, Any] = {"proofing": "in-person", "command_id": new_id()} | more
    return door.run(actions.invite_patient, by, patient, address, **asked)


def ask(by: Actor, patient: UUID, address: str = ADDRESS, **more: Any) -> Offer:
    """Somebody is asked to act for the patient."""
    asked: dict[str, Any] = {
        "scope": Scope.CORRESPOND,
        "relation": "partner",
        "command_id": new_id(),
    } | more
    return door.run(actions.offer_proxy, by, patient, address, **asked)


def link_of_letter() -> str:
    """The address that stands in the newest letter."""
    return reverse("accounts:join", args=[last_of("accounts.invitation")["link"]])


def join(name: str = "") -> Client:
    """Whoever got the newest letter opens its link and chooses a password."""
    link, client = link_of_letter(), Client()
    assert client.get(link).status_code == 200
    answer = client.post(link, {"name": name or spoken("Rosa"), "password": CHOSEN})
    assert answer.status_code in {302, 303}, answer.content.decode()
    return client


def post(someone: Someone | Client, name: str, *args: UUID, **fields: Any) -> Any:
    """They send this form."""
    client = someone if isinstance(someone, Client) else browser(someone)
    return client.post(reverse(name, args=args), {"command_id": new_id(), **fields})


def get(someone: Someone | Client, name: str, *args: UUID) -> str:
    """What this page says to them."""
    client = someone if isinstance(someone, Client) else browser(someone)
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())
