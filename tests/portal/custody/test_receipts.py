"""The receipt of an erasure proves itself, and the command asks two people before it erases."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from portal.accounts.models import Session
from portal.crypto import keys
from portal.crypto.keys import KeyGone
from portal.custody import readings, selectors
from portal.custody.models import Erasure
from portal.kernel.ids import new_id
from tests.cast import PASSWORD, Cast
from tests.portal.audit.scenes import signed
from tests.portal.custody.scenes import KEEPER, committed, erased, refused, said
from tests.shared import ROOT
from tests.world import World

pytestmark = [pytest.mark.feature("A13", "M25")]
VERIFIER = ROOT / "docs" / "verify" / "report.py"


@committed
def test_the_receipt_says_what_went_and_proves_itself_to_anybody(
    cast: Cast, world: World, tmp_path: Path
):
    world.thread(replies=1)
    done = erased(cast)
    early = readings.receipt(KEEPER, done.pk)
    signed()

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
        (lambda r: r["log"].update(checkpoint=enlarged(r["log"]["checkpoint"])), "not signed"),
    ],
    ids=["facts", "counts", "detail", "place", "checkpoint"],
)
def test_a_receipt_that_was_changed_does_not_hold(
    cast: Cast, tmp_path: Path, change: Any, said_of_it: str
):
    done = erased(cast)
    signed()
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
