"""Builds the demo clinic by calling actions, and leaves alone what is there already."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from patients import actions, selectors
from patients.actions import Engaged
from patients.bundles import People
from patients.management.clinic import cast, letters
from patients.management.clinic.cast import DemoLink
from patients.management.clinic.inviting import act_for, invite
from patients.management.clinic.sign_ins import SignIn, SignIns
from patients.models import Source
from patients.ports import DemoClinic
from portal.accounts import actions as accounts
from portal.accounts.selectors import Profile, find_person, has_factor, hashed_password
from portal.kernel import clock, door, plugs
from portal.kernel.actor import system_actor

DEMO = system_actor("demo").asking("", "command")
OPENED = timedelta(days=30)
"""How long ago the clinic opened: what its people wrote lies between then and now."""


def build(sign_ins: SignIns) -> DemoClinic:
    """The clinic of our own: people with sign-ins, records, links, and what they wrote."""
    for person in cast.PEOPLE:
        name, email = person.profile.shown, person.profile.email
        sign_ins.add(person.key, email, name=name, about=person.about)
    sign_ins.keep()
    written = letters.threads(clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)))
    with clock.moved(by=-OPENED):
        people, patients = _opened(sign_ins)
    invite(people, patients)
    clinic = DemoClinic(people, patients, written)
    furnish(clinic)
    return clinic


def _opened(sign_ins: SignIns) -> tuple[dict[str, UUID], dict[str, UUID]]:
    """The people, records and links of the clinic."""
    patients = _records(sign_ins)
    people = {person.key: account(sign_ins, person.profile, person.role) for person in cast.PEOPLE}
    for record, owner in cast.OWN_RECORDS.items():
        door.run(actions.link_account, DEMO, patients[record], people[owner])
    for link in cast.LINKS:
        _linked(link, patients[link.patient], people[link.person])
    return people, patients


def furnish(clinic: DemoClinic) -> None:
    """Every ward has added to this clinic what it has for a demo."""
    for ward in plugs.wards():
        for scene in ward.demo_scenes:
            scene(clinic)


def account(sign_ins: SignIns, profile: Profile, role: str) -> UUID:
    """Somebody who signs in with the password that was kept, in this role, with an app."""
    person = find_person(profile.email) or door.run(
        accounts.create_person, DEMO, profile, password_hash=hashed(sign_ins.get(profile.email))
    )
    door.run(accounts.grant_role, DEMO, person.pk, role)
    give_app(person.pk)
    return person.pk


def give_app(person_id: UUID) -> None:
    """This person has a second factor, whose code `demo code` tells."""
    if not has_factor(person_id):
        door.run(accounts.add_totp, DEMO, person_id)


def hashed(sign_in: SignIn | None) -> str:
    """The password as it is kept; none for somebody who is not to sign in."""
    return hashed_password(sign_in.password) if sign_in else ""


def engaged(sign_ins: SignIns, emails: Mapping[str, str]) -> dict[str, Engaged]:
    """How practitioners, by source, will sign in; those who are here already are left out."""
    found = selectors.find_clinicians(emails)
    return {
        source: Engaged(email, hashed(sign_ins.get(email)))
        for source, email in emails.items()
        if source not in found
    }


def _records(sign_ins: SignIns) -> dict[str, UUID]:
    before = selectors.find_imported(cast.source("ada"))
    first_start = before.created_at if before else clock.now()
    practitioners = cast.practitioners()
    told = People(cast.patients(), practitioners, cast.encounters(first_start))
    emails = {each.source: each.email for each in practitioners}
    imported = door.run(actions.import_people, DEMO, told, engaged=engaged(sign_ins, emails))
    return {key: imported.patients[cast.source(key)] for key in cast.CHARTS}


def _linked(link: DemoLink, patient_id: UUID, person_id: UUID) -> None:
    if selectors.was_linked(patient_id, person_id):
        return
    if link.scope:
        act_for(link, patient_id, person_id)
    else:
        role, source = link.role, Source.DEMO
        door.run(actions.add_to_care_team, DEMO, patient_id, person_id, role=role, source=source)
