"""Erasing a person: two people, for good, everywhere, and with a receipt that proves itself."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import IntegrityError, connections, transaction
from django.urls import reverse

from messaging.models import Message, State, Thread, body_place
from patients.models import CareTeamMember, Mark, Patient, Proxy
from portal.accounts.models import Person, Session, TotpDevice
from portal.accounts.selectors import find_person
from portal.audit.readings.verify import verify
from portal.audit.tasks import Keeper
from portal.crypto import keys, openkeys, rewrap
from portal.crypto.envelope import unseal
from portal.crypto.keys import KeyGone
from portal.crypto.models import GONE, DataKey, PatientKey, Shredded, ShredKey
from portal.custody import actions, readings, selectors
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
from tests.cast import PASSWORD, Cast, Someone, browser
from tests.harness.write_guard import guard
from tests.portal.custody.scenes import KEEPER, committed, events, refused, said, stored
from tests.shared import ROOT
from tests.world import World

pytestmark = [pytest.mark.feature("A13", "M25")]
VERIFIER = ROOT / "docs" / "verify" / "report.py"


@pytest.fixture(autouse=True)
def own_anchor(tmp_path: Path, settings: Any) -> None:
    """The anchor file of this test's log."""
    settings.ANCHOR_FILE = tmp_path / "anchor" / "checkpoint"


def granted(cast: Cast, patient: UUID | None = None) -> UUID:
    """An erasure of Ada, asked for by Max and granted by Ivy."""
    about = patient or cast.ada_record
    asked = door.run(actions.ask_erasure, cast.max.actor, about, proof="in-person")
    door.run(actions.decide_erasure, cast.ivy.actor, asked.pk, grant=True, reason="asked")
    return asked.pk


def erased(cast: Cast) -> Erasure:
    """Ada, erased."""
    return actions.carry_out(KEEPER, granted(cast))


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
    Keeper().number()
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
    from portal.accounts.selectors.people import unsealed

    return unsealed(person.pk, bytes(person.profile_sealed)).name


@committed
def test_an_account_that_serves_something_else_stays(cast: Cast):
    pia_record = cast.ben_record
    with guard.off("Ben works here, too"):
        from portal.accounts.models import RoleGrant

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
    rows = [*PatientKey.objects.filter(patient_id=cast.ada_record)]
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
    place: Any = erasing.shredding if at == "scrub" else erasing

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
    assert door.run(actions.ask_erasure, cast.ivy.actor, cast.ada_record, proof="document")


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


@committed
def test_the_receipt_says_what_went_and_proves_itself_to_anybody(
    cast: Cast, world: World, tmp_path: Path
):
    world.thread(replies=1)
    done = erased(cast)
    early = readings.receipt(KEEPER, done.pk)
    Keeper().number()
    Keeper().sign()

    made = readings.receipt(KEEPER, done.pk)

    rows = {row["table"]: row for row in made["facts"]["rows"]}
    assert rows["patients.Mark"]["kept"] == 0 < rows["patients.Mark"]["gone"]
    assert rows["messaging.Message"] == {
        "table": "messaging.Message",
        "class": "record",
        "gone": 0,
        "kept": 2,
    }
    assert rows["audit.Entry"]["gone"] == 0 < rows["audit.Entry"]["kept"]
    assert rows["accounts.Person"]["kept"] == 1
    assert made["facts"]["keys_destroyed"] >= 3
    assert verified(tmp_path, made)[0] == 0
    assert "was erased" in verified(tmp_path, made)[1]
    assert "no proof yet" in verified(tmp_path, early)[1]


@committed
@pytest.mark.parametrize(
    ("change", "said_of_it"),
    [
        (lambda r: r["facts"].update(done_at="2030-01-01T00:00:00.000000Z"), "facts are not"),
        (lambda r: r["facts"]["rows"][0].update(kept=0, gone=9), "facts are not"),
        (lambda r: r["entry"]["opened"][0].__setitem__(2, str(new_id())), "not what the log"),
        (lambda r: r["entry"].update(index=0), "not in the log"),
        (
            lambda r: r["log"].update(checkpoint=r["log"]["checkpoint"].replace("\n", "\n9", 1)),
            "sign",
        ),
    ],
)
def test_a_receipt_that_was_changed_does_not_hold(
    cast: Cast, tmp_path: Path, change: Any, said_of_it: str
):
    done = erased(cast)
    Keeper().number()
    Keeper().sign()
    made = json.loads(json.dumps(readings.receipt(KEEPER, done.pk)))
    assert verified(tmp_path, made)[0] == 0

    change(made)

    code, told = verified(tmp_path, made)
    assert code != 0
    assert said_of_it in told


def enlarged(note: str) -> str:
    """The checkpoint, of a larger log than was signed."""
    return note.replace("\n", "\n9", 1)


def verified(folder: Path, receipt: dict[str, Any]) -> tuple[int, str]:
    """What the verifier of the documentation says, in a process that knows nothing of us."""
    path = folder / "receipt.json"
    path.write_text(json.dumps(receipt))
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What two people type at the terminal."""
    monkeypatch.setattr(sys, "stdin", StringIO("".join(f"{line}\n" for line in lines)))


@committed
def test_the_command_asks_two_people_for_address_password_and_code(
    cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    world.thread()
    ada, record = str(cast.ada_record), cast.ada_record
    both = [
        *(cast.max.email, PASSWORD, cast.max.code()),
        *(cast.ivy.email, PASSWORD, cast.ivy.code()),
    ]
    typed(monkeypatch, *both, ada)

    told = said("shred", ada, "--proof", "in-person", "--receipt", str(tmp_path))

    assert "RECEIPT OF AN ERASURE" in told
    assert "messages: 0 removed, 1 stay (record)" in told
    assert f"record {record}" in told
    with pytest.raises(KeyGone):
        keys.pseudonym_key(record)
    (made,) = tmp_path.glob("receipt-*.json")
    assert verified(tmp_path, json.loads(made.read_text()))[0] == 0
    assert "erased on" in said("erasures")
    assert selectors.erasures()[0].asked_by == cast.max.id
    assert not Session.objects.filter(person__in=[cast.max.id, cast.ivy.id], ended_at=None).exists()


@committed
def test_the_command_erases_nothing_without_both_and_the_last_word(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    ada = str(cast.ada_record)
    words = ("shred", ada, "--proof", "in-person")
    for lines in (
        (cast.max.email, "wrong", "000000"),
        (cast.max.email, PASSWORD, "000000"),
        (cast.ben.email, PASSWORD, "000000"),
    ):
        typed(monkeypatch, *lines)
        assert "do not open an account together" in refused(*words)
    assert not Erasure.objects.exists()
    both = [
        *(cast.max.email, PASSWORD, cast.max.code()),
        *(cast.ivy.email, PASSWORD, cast.ivy.code()),
    ]
    typed(monkeypatch, *both, "yes")

    with pytest.raises(CommandError, match="Nothing is erased"):
        said(*words)

    assert keys.pseudonym_key(cast.ada_record)
    assert "granted, not begun" in said("erasures")
