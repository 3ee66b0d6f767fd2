"""Erasing a person: two people, for good, everywhere, and with a receipt that proves itself."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connections, transaction
from django.urls import reverse

from messaging.models import Message, State, Thread, body_place
from patients.models import CareTeamMember, Mark, Patient, Proxy
from portal.accounts.models import Person, RoleGrant, Session, TotpDevice
from portal.accounts.selectors import find_person
from portal.accounts.selectors.people import unsealed
from portal.audit.readings.verify import verify
from portal.crypto import keys, openkeys, rewrap, shredding
from portal.crypto.envelope import unseal
from portal.crypto.keys import KeyGone
from portal.crypto.models import GONE, DataKey, PatientKey, Shredded, ShredKey
from portal.custody import actions, readings
from portal.custody.actions import erasing
from portal.custody.errors import (
    AlreadyAsked,
    AlreadyDecided,
    NotAllowed,
    NotErased,
    NotGranted,
    NotYourself,
)
from portal.custody.models import Erasure
from portal.kernel import clock, door
from portal.kernel.errors import BadInput, NotFound
from portal.kernel.ids import new_id
from portal.outbox.models import Letter
from tests.cast import Cast, Someone, browser
from tests.harness.write_guard import guard
from tests.portal.audit.scenes import numbered
from tests.portal.custody.scenes import KEEPER, committed, erased, events, granted, stored
from tests.world import World

pytestmark = [pytest.mark.feature("A13", "M25")]


@committed
def test_after_an_erasure_nothing_opens_and_nobody_gets_there(cast: Cast, world: World):
    thread = world.thread(replies=2)
    page = reverse("messaging:thread", args=[thread])
    near = browser(cast.cara)
    assert near.get(page).status_code == 200

    done = erased(cast)

    with pytest.raises(KeyGone):
        keys.open_data_key(cast.ada_record, "thread", thread)
    assert near.get(page).status_code == 404
    assert browser(cast.pia).get(page).status_code == 404
    assert (
        browser(cast.sam).get(reverse("patients:arrange", args=[cast.ada_record])).status_code
        == 404
    )
    with pytest.raises(NotFound):
        world.reply(thread)
    assert {
        *PatientKey.objects.filter(patient_id=cast.ada_record).values_list("kek_id", flat=True)
    } == {GONE}
    assert not DataKey.objects.filter(patient_id=cast.ada_record).exists()
    assert Thread.objects.get(pk=thread).state == State.CLOSED
    assert done.done_at
    assert events("erasure.asked", "erasure.decided", "erasure.begun", "erasure.done") == [
        "erasure.asked",
        "erasure.decided",
        "erasure.begun",
        "erasure.done",
    ]
    numbered()
    assert verify().holds


@committed
def test_the_account_the_links_and_the_letters_go_too(cast: Cast, world: World):
    world.thread()
    mine = browser(cast.ada)
    email = cast.ada.email
    assert find_person(email)

    erased(cast)

    assert find_person(email) is None
    person = Person.objects.get(pk=cast.ada.id)
    assert not person.is_active
    assert "Ada" not in str(selectors_name(person))
    assert mine.get(reverse("accounts:sessions")).status_code == 302
    assert not Session.objects.filter(person=cast.ada.id).exists()
    assert not TotpDevice.objects.filter(user=cast.ada.id).exists()
    assert not Letter.objects.filter(to_person=cast.ada.id).exists()
    assert not Mark.objects.filter(patient=cast.ada_record).exists()
    assert Patient.objects.get(pk=cast.ada_record).person_id is None
    now = clock.now()
    for links in (Proxy, CareTeamMember):
        rows = links._default_manager.filter(patient=cast.ada_record)
        assert rows.exists()
        assert not rows.filter(ends_at=None).exists()
        assert not rows.filter(ends_at__gt=now).exists()


def selectors_name(person: Person) -> str:
    """What others read as the person's name."""
    return unsealed(person.pk, bytes(person.profile_sealed)).name


@committed
def test_an_account_that_serves_something_else_stays(cast: Cast):
    pia_record = cast.ben_record
    with guard.off("Ben works here, too"):
        RoleGrant.objects.create(person_id=cast.ben.id, role="coordinator")

    done = actions.carry_out(KEEPER, granted(cast, pia_record))

    assert done.account_id is None
    assert Person.objects.get(pk=cast.ben.id).is_active
    assert Patient.objects.get(pk=cast.ben_record).person_id is None


@committed
def test_a_backup_of_the_database_from_before_does_not_bring_anything_back(
    cast: Cast, world: World
):
    """Today's keyring and store of shred keys, and every row as it was."""
    thread = world.thread()
    rows: list[Any] = [*PatientKey.objects.filter(patient_id=cast.ada_record)]
    rows += [*DataKey.objects.filter(patient_id=cast.ada_record)]
    message = Message.objects.filter(thread=thread).get()

    erased(cast)
    with guard.off("a backup is put back"):
        for row in rows:
            row.save()

    keys.CACHE.empty()
    with pytest.raises(KeyGone):
        keys.open_data_key(cast.ada_record, "thread", thread)
    assert bytes(message.body_sealed or b"")


@committed
def test_an_old_copy_of_the_shred_keys_opens_nothing_in_todays_database(cast: Cast, world: World):
    thread = world.thread()
    old = ShredKey.objects.get(pk=cast.ada_record)
    erased(cast)

    with guard.off("an old copy of the store is put back"):
        Shredded.objects.all().delete()
        ShredKey.objects.create(patient_id=old.patient_id, key=old.key)
    keys.CACHE.empty()

    with pytest.raises(keys.KeyMissing):
        keys.open_data_key(cast.ada_record, "thread", thread)
    assert rewrap.counts()[GONE] == 1
    assert actions.go_on(KEEPER) == 1
    assert not ShredKey.objects.filter(pk=cast.ada_record).exists()
    assert events("erasure.repeated") == ["erasure.repeated"]
    assert actions.go_on(KEEPER) == 0


@committed
def test_no_file_of_the_databases_holds_the_shred_key_any_more(cast: Cast):
    secret = bytes(ShredKey.objects.get(pk=cast.ada_record).key)
    other = bytes(ShredKey.objects.get(pk=cast.ben_record).key)
    assert on_disk(secret)

    erased(cast)

    assert on_disk(other)
    assert not on_disk(secret)


def on_disk(secret: bytes) -> bool:
    """True if the files of the store of shred keys hold these bytes."""
    connection = connections["shred"]
    if connection.vendor == "sqlite":
        path = Path(str(settings.DATABASES["shred"]["NAME"]))
        return any(
            secret in file.read_bytes()
            for file in path.parent.glob(f"{path.name}*")
            if "." not in file.name[len(path.name) :]
        )
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT pg_read_binary_file(pg_relation_filepath('crypto_shredkey'))")
        return secret in bytes(cursor.fetchone()[0])


@committed
@pytest.mark.parametrize("at", ["destroy_shred_key", "_finish", "scrub"])
def test_an_erasure_that_was_interrupted_is_gone_on_with(
    cast: Cast, world: World, at: str, monkeypatch: pytest.MonkeyPatch
):
    thread = world.thread()
    asked = granted(cast)
    place: Any = shredding if at == "scrub" else erasing

    def stop(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(place, at, stop)
        with pytest.raises(ZeroDivisionError):
            actions.carry_out(KEEPER, asked)
    with pytest.raises(NotFound):
        world.reply(thread)

    actions.go_on(KEEPER)

    assert Erasure.objects.get(pk=asked).done_at
    with pytest.raises(KeyGone):
        keys.open_data_key(cast.ada_record, "thread", thread)
    assert events("erasure.begun", "erasure.done") == ["erasure.begun", "erasure.done"]


@committed
def test_it_takes_two_people_who_may(cast: Cast):
    for other in (cast.cara, cast.sam, cast.ada, cast.nobody):
        with pytest.raises(NotAllowed):
            door.run(actions.ask_erasure, other.actor, cast.ada_record, proof="in-person")
    with pytest.raises(NotFound):
        door.run(actions.ask_erasure, cast.max.actor, new_id(), proof="in-person")
    with pytest.raises(BadInput):
        door.run(actions.ask_erasure, cast.max.actor, cast.ada_record, proof="a hunch")
    asked = door.run(actions.ask_erasure, cast.max.actor, cast.ada_record, proof="in-person")
    with pytest.raises(AlreadyAsked):
        door.run(actions.ask_erasure, cast.ivy.actor, cast.ada_record, proof="in-person")

    def decide(someone: Someone, reason: str = "asked") -> None:
        door.run(actions.decide_erasure, someone.actor, asked.pk, grant=True, reason=reason)

    with pytest.raises(NotYourself):
        decide(cast.max)
    with pytest.raises(NotAllowed):
        decide(cast.sam)
    with pytest.raises(BadInput):
        decide(cast.ivy, "because")
    with pytest.raises(NotGranted):
        actions.carry_out(KEEPER, asked.pk)
    with pytest.raises(NotErased):
        readings.receipt(KEEPER, asked.pk)
    decide(cast.ivy)
    with pytest.raises(AlreadyDecided):
        decide(cast.ivy)
    assert ShredKey.objects.filter(pk=cast.ada_record).exists()


@committed
def test_what_was_refused_erases_nothing_and_may_be_asked_again(cast: Cast):
    asked = door.run(actions.ask_erasure, cast.max.actor, cast.ada_record, proof="in-person")
    door.run(actions.decide_erasure, cast.ivy.actor, asked.pk, grant=False, reason="duty-to-keep")

    with pytest.raises(NotGranted):
        actions.carry_out(KEEPER, asked.pk)
    assert keys.pseudonym_key(cast.ada_record)
    again = door.run(actions.ask_erasure, cast.ivy.actor, cast.ada_record, proof="document")
    assert again.pk != asked.pk


@stored
def test_the_database_itself_asks_for_two_people(cast: Cast):
    row = {"patient_id": cast.ada_record, "proof": "in-person", "asked_by": cast.max.id}
    decided = {"decision": "granted", "reason": "asked", "decided_at": clock.now()}
    for wrong in (
        decided | {"decided_by": cast.max.id},
        {"begun_at": clock.now()},
        {"decision": "granted"},
    ):
        with guard.off("an intruder"), pytest.raises(IntegrityError), transaction.atomic():
            Erasure.objects.create(**row, **wrong)


@committed
def test_another_process_forgets_what_it_has_open(cast: Cast, world: World):
    """It asks who was shredded at most every half a second."""
    thread = world.thread()
    keys.CACHE.empty()
    openkeys._Asked.at = float("-inf")
    key = keys.open_data_key(cast.ada_record, "thread", thread)
    message = Message.objects.get(thread=thread)
    body = bytes(message.body_sealed or b"")
    assert unseal(key, body, body_place(key, message.pk, message.sequence))
    with guard.off("another process shreds"):
        ShredKey.objects.filter(pk=cast.ada_record).delete()
        Shredded.objects.create(patient_id=cast.ada_record, at=clock.now())

    openkeys._Asked.at -= openkeys.TRUSTED

    with pytest.raises(KeyGone):
        keys.open_data_key(cast.ada_record, "thread", thread)
    with pytest.raises(KeyGone):
        keys.pseudonym_key(cast.ada_record)
