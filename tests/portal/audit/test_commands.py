"""`manage.py audit`: exit codes, words and JSON, as a script would meet them."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.audit import merkle, notes
from portal.audit.selectors import log, tree
from tests.portal.audit.commanded import audit, spoil, verdict
from tests.portal.audit.intruder import forget
from tests.portal.audit.scenes import CLERK, a_log, committed, seen_often, signed

pytestmark = [committed, pytest.mark.feature("A4")]


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


def a_saved_checkpoint(tmp_path: Path) -> Path:
    """Four entries were signed, and the note lies in a letter that was quoted."""
    seen_often(CLERK, 4)
    file = tmp_path / "letter.eml"
    lines = ["Subject: The checkpoint of today", "", *signed().note.splitlines(), "", "Bye"]
    file.write_bytes("\r\n".join(f"> {line}" for line in lines).encode())
    return file


def test_a_log_that_grew_continues_the_checkpoint_of_a_letter(tmp_path: Path):
    file = a_saved_checkpoint(tmp_path)
    seen_often(CLERK, 300)
    newest = signed()

    code, said = audit("checkpoint", "--compare", str(file))
    found = json.loads(audit("checkpoint", "--compare", str(file), "--json")[1])

    assert code == 0
    assert "its 4 entries are the first of 304" in said
    assert (found["continues"], found["kept"]) == (True, {"size": 4, "epoch": 1})
    steps = list(map(bytes.fromhex, found["steps"]))
    stated = notes.open_checkpoint(found["checkpoint"], log.signer().verifier)
    merkle.check_consistency(4, 304, tree.root(4), bytes(newest.root), steps)
    assert stated.size == 304


def test_a_log_that_was_rewritten_or_cut_does_not_continue_it(tmp_path: Path):
    file = a_saved_checkpoint(tmp_path)
    spoil(
        "UPDATE audit_leaf SET leaf_hash = (SELECT leaf_hash FROM audit_leaf WHERE seq = 3) "
        "WHERE seq = 1"
    )
    code, said = audit("checkpoint", "--compare", str(file))
    assert (code, "not those" in said) == (1, True)
    forget(2)

    code, said = audit("checkpoint", "--compare", str(file))

    assert (code, "the log holds 2" in said) == (1, True)


def test_what_is_no_checkpoint_of_ours_is_not_compared(tmp_path: Path):
    file = a_saved_checkpoint(tmp_path)
    stranger = notes.Signer(log.signer().verifier.name, bytes(32))
    stated = notes.Checkpoint(stranger.verifier.name, 4, tree.root(4))

    for content, why in (
        ("nothing", "no checkpoint in it"),
        (notes.sign(stated.text(), stranger), "no key"),
    ):
        file.write_text(content)
        with pytest.raises(CommandError, match=why):
            call_command("audit", "checkpoint", "--compare", str(file))
    with pytest.raises(CommandError, match="No such file") as caught:
        call_command("audit", "checkpoint", "--compare", str(tmp_path / "gone"))
    assert caught.value.returncode == 2


@pytest.mark.usefixtures("own_keys")
def test_the_way_out_of_a_frozen_log(tmp_path: Path):
    file = a_saved_checkpoint(tmp_path)
    forget(2)
    assert audit("verify")[0] == 1

    code, said = audit("new-epoch", "--reason", "restore")

    assert code == 0
    vkey = next(line for line in said.splitlines() if "/2+" in line)
    assert notes.Verifier.from_vkey(vkey).name == log.signer().verifier.name
    assert audit("verify")[0] == 0
    code, said = audit("checkpoint", "--compare", str(file))
    assert (code, "of epoch 1, which has ended" in said) == (1, True)
    assert json.loads(audit("new-epoch", "--reason", "key", "--json")[1])["epoch"] == 3


def test_a_new_epoch_of_nothing_is_refused_in_words():
    with pytest.raises(CommandError, match="never signed"):
        call_command("audit", "new-epoch", "--reason", "restore")


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
