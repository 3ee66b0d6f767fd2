"""`manage.py audit`: exit codes, words and JSON, as a script would meet them."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.audit import notes
from portal.audit.selectors import log
from tests.portal.audit.intruder import drop_guards, intruder
from tests.portal.audit.scenes import CLERK, a_log, committed, seen_often, signed

pytestmark = [committed, pytest.mark.feature("A4")]


def audit(*words: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    out = StringIO()
    try:
        call_command("audit", *words, stdout=out, stderr=out)
    except SystemExit as left:
        assert isinstance(left.code, int)
        return left.code, out.getvalue()
    return 0, out.getvalue()


def verdict() -> dict[str, Any]:
    """What `verify --json` says."""
    found: dict[str, Any] = json.loads(audit("verify", "--json")[1])
    return found


def spoil(*statements: str) -> None:
    """Somebody takes the guards down and changes the log."""
    with intruder() as hand:
        drop_guards(hand)
        for statement in statements:
            hand.execute(statement)


def test_a_sound_log_is_said_to_hold():
    a_log(300, checkpoints=3)

    code, said = audit("verify")

    assert code == 0
    assert "The log holds." in said
    found = verdict()
    assert (found["holds"], found["size"], found["signed"]) == (True, 300, 300)
    assert (found["checkpoints"], found["details"], found["waiting"]) == (3, 300, 0)
    assert found["findings"] == []


def test_an_empty_log_holds():
    assert audit("verify")[0] == 0


def test_the_first_bad_entry_is_named_and_all_are_counted():
    a_log(40)
    spoil(
        "UPDATE audit_entry SET event = 'other.event' WHERE id IN "
        "(SELECT entry_id FROM audit_leaf WHERE seq IN (7, 23))"
    )

    code, said = audit("verify")
    found = verdict()

    assert code == 1
    assert "The first fault is at entry 7" in said
    assert found["first"]["seq"] == 7
    assert found["wrong"] == 2
    assert found["kinds"] == {"column": 2}
    assert found["size"] == 40


def test_frozen_signing_is_an_alarm_even_if_every_row_fits():
    seen_often(CLERK, 4)
    signed()
    seen_often(CLERK, 4)
    signed()
    late = "(SELECT entry_id FROM audit_leaf WHERE seq > 3)"
    spoil(
        "DELETE FROM audit_checkpoint WHERE number = 1",
        f"DELETE FROM audit_detail WHERE entry_id IN {late}",
        f"DELETE FROM audit_entry WHERE id IN {late}",
        "DELETE FROM audit_leaf WHERE seq > 3",
    )

    code, said = audit("verify")

    assert code == 1
    assert "Signing is frozen" in said
    with pytest.raises(CommandError, match="frozen"):
        call_command("audit", "checkpoint")


def test_a_checkpoint_is_signed_now_and_printed():
    seen_often(CLERK, 4)
    signed()
    code, said = audit("checkpoint", "--vkey")
    note, vkey = said[: said.rindex("\n", 0, -1) + 1], said.splitlines()[-1]

    assert code == 0
    stated = notes.open_checkpoint(note, notes.Verifier.from_vkey(vkey))
    assert (stated.size, stated.origin) == (4, log.signer().verifier.name)
    found = json.loads(audit("checkpoint", "--json")[1])
    assert (found["note"], found["size"], found["vkey"]) == (note, 4, vkey)


def test_an_empty_log_has_no_checkpoint_and_no_proof():
    with pytest.raises(CommandError, match="empty"):
        call_command("audit", "checkpoint")
    with pytest.raises(CommandError, match="no such entry"):
        call_command("audit", "proof", "0")


def test_a_proof_is_a_file_that_stands_alone(tmp_path: Path):
    a_log(30)
    file = tmp_path / "entry.tlog-proof"

    _, printed = audit("proof", "12")
    audit("proof", "12", "--out", str(file))

    assert file.read_text() == printed
    assert notes.read_proof(printed).index == 12
    as_json = json.loads(audit("proof", "12", "--json")[1])
    assert as_json["leaf"].encode() == notes.read_proof(printed).extra
    assert len(as_json["steps"]) == len(notes.read_proof(printed).steps)


def test_a_hundred_faults_are_told_and_the_rest_counted():
    a_log(150)
    spoil("UPDATE audit_entry SET outcome = 4")

    found = verdict()

    assert found["wrong"] == 150
    assert len(found["findings"]) == 100
    assert "and 50 more" in audit("verify")[1]
