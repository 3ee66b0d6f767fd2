"""The verifier of one file, which shares nothing with us: vectors of others, and our own logs."""

import importlib.util
import json
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from portal.audit import actions
from portal.audit.selectors import log
from tests.foreign.cases import Case, all_cases
from tests.portal.audit.conftest import no_open_keys, own_anchor, own_keys, own_word
from tests.portal.audit.scenes import CLERK, a_log, committed, seen_often, signed
from tests.shared import ROOT, shared

__all__ = ["no_open_keys", "own_anchor", "own_keys", "own_word"]

FILE = ROOT / "docs" / "verify" / "log.py"

pytestmark = pytest.mark.feature("A4")


def loaded() -> Any:
    """The verifier as a module."""
    spec = importlib.util.spec_from_file_location("log_verifier", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


VERIFIER = loaded()


def holds(function: Any, *values: Any) -> bool:
    """True unless the verifier refuses."""
    try:
        return function(*values) is not False
    except VERIFIER.Refused:
        return False


def theirs(case: Case) -> bool:
    """What the verifier says of a case."""
    steps = list(map(b64decode, case.get("steps", ())))
    roots = [b64decode(case.get(name, "")) for name in ("root1", "root2")]
    match case["kind"]:
        case "checkpoint":
            return holds(VERIFIER.checkpoint_in, case["note"], case["vkey"])
        case "proof":
            return holds(VERIFIER.check_proof, case["file"], case["vkey"])
        case "inclusion":
            leaf = b64decode(case["leaf"])
            values = case["index"], case["size2"], leaf, steps, roots[1]
            return holds(VERIFIER.check_inclusion, *values)
    old, new = (VERIFIER.Checkpoint(case[f"size{n}"], roots[n - 1]) for n in (1, 2))
    return holds(VERIFIER.check_consistency, old, new, steps)


def said(*words: Any) -> tuple[int, str]:
    """The exit code and the words of the verifier, started as an outsider would."""
    run = subprocess.run(
        [sys.executable, "-I", str(FILE), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "Traceback" not in run.stderr
    return run.returncode, run.stdout + run.stderr


@pytest.mark.pure
def test_it_imports_nothing_but_python():
    lines = FILE.read_text().splitlines()
    imported = {
        line.split()[1].split(".")[0] for line in lines if line.startswith(("import", "from"))
    }

    assert imported <= {*sys.stdlib_module_names}


@pytest.mark.pure
def test_signatures_of_wycheproof_are_judged_as_they_should():
    groups = json.loads(shared("crypto/wycheproof/ed25519_test.json").read_text())["testGroups"]
    count = 0
    for group in groups:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            signature, text = bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"])
            assert holds(VERIFIER.is_signed, key, text, signature) == (case["result"] == "valid"), (
                case
            )
            count += 1
    assert count == 151


@pytest.mark.pure
def test_proofs_of_others_are_judged_as_they_should_traps_and_all():
    files = [*shared("merkle/transparency-dev").rglob("*.json")]
    assert len(files) > 100
    for file in files:
        case = json.loads(file.read_text())
        roots = [b64decode(case.get(name) or "") for name in ("root", "root1", "root2", "leafHash")]
        steps = list(map(b64decode, case.get("proof") or ()))
        if "leafIdx" in case:
            values = case["leafIdx"], case["treeSize"], roots[3], steps, roots[0]
            good = holds(VERIFIER.check_inclusion, *values)
        else:
            old = VERIFIER.Checkpoint(case["size1"], roots[1])
            new = VERIFIER.Checkpoint(case["size2"], roots[2])
            good = holds(VERIFIER.check_consistency, old, new, steps)
        assert good != case["wantErr"], file


@committed
@pytest.mark.slow
def test_it_agrees_on_every_good_and_every_bad_one():
    for case, expected in all_cases():
        assert theirs(case) == expected, case


@committed
def test_a_whole_log_is_checked_and_the_first_bad_entry_is_named(tmp_path: Path):
    a_log(270)
    saved, lines, new = tmp_path / "saved", tmp_path / "lines", tmp_path / "new"
    saved.write_text(signed().note)
    seen_often(CLERK, 330)
    new.write_text(signed().note)
    folder, key = tmp_path / "log", ["--key", log.signer().verifier.vkey]
    call_command("audit", "export", "--tiles", str(folder))
    call_command("audit", "export", "--ndjson", str(lines))

    assert said("tree", folder, *key, "--saved", saved)[0] == 0
    assert said("lines", lines, new, *key, "--saved", saved) == (
        0,
        "It holds: all 600 entries are those that were signed.\n",
    )
    content = lines.read_text().splitlines(keepends=True)
    for at, told in ((7, "0 to 269 was changed"), (555, "270 to 599 was changed")):
        bent = [*content[:at], content[at].replace('"v\\":1', '"v\\":2'), *content[at + 1 :]]
        lines.write_text("".join(bent))
        code, words = said("lines", lines, new, *key, "--saved", saved)
        assert (code, told in words) == (1, True), words
    lines.write_text("".join(content[:7] + content[8:]))
    assert "entry 7 is missing" in said("lines", lines, new, *key)[1]
    lines.write_text("".join(content[:-1]))
    assert "entry 599 is missing" in said("lines", lines, new, *key)[1]
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        whole = file.read_bytes()
        at = len(whole) // 2
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert said("tree", folder, *key)[0] == 1, file
        file.write_bytes(whole)
    bundle = folder / "tile" / "entries" / "001"
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:5] + bytes([whole[5] ^ 1]) + whole[6:])
    assert "entry 256 is not what" in said("tree", folder, *key)[1]
    bundle.write_bytes(whole)
    (folder / "tile" / "1" / "000.p" / "2").unlink()
    assert "tile/1/000.p/2 is missing" in said("tree", folder, *key)[1]


@committed
def test_a_proof_a_checkpoint_and_a_comparison_are_checked(tmp_path: Path):
    a_log(20)
    old, proof, compared = tmp_path / "old", tmp_path / "7.tlog-proof", tmp_path / "compared.json"
    old.write_text(signed().note)
    seen_often(CLERK, 5)
    signed()
    key = ["--key", log.signer().verifier.vkey]
    call_command("audit", "proof", "7", "--out", str(proof))
    with compared.open("w") as out:
        call_command("audit", "checkpoint", "--compare", str(old), "--json", stdout=out)

    assert said("note", old, *key)[0] == 0
    code, words = said("proof", proof, *key)
    assert (code, "entry 7 of 25" in words) == (0, True)
    assert "the first 20 of 25" in said("continues", old, compared, *key)[1]
    stranger = log.signer().verifier.vkey[:-4] + "AAA="
    for verb in (("note", old), ("proof", proof), ("continues", old, compared)):
        assert said(*verb, "--key", stranger)[0] == 1
    assert said("note", tmp_path / "gone", *key)[0] == 1
    assert said("lines", old, *key)[0] == 2


@committed
@pytest.mark.usefixtures("own_keys")
def test_a_checkpoint_of_an_epoch_that_ended_is_followed_with_its_own_key(tmp_path: Path):
    a_log(20)
    old, old_key = tmp_path / "old", log.signer().verifier.vkey
    old.write_text(signed().note)
    actions.begin_epoch(CLERK, reason="key")
    seen_often(CLERK, 300)
    signed()
    call_command("audit", "export", "--tiles", str(tmp_path / "log"))
    words = ("tree", tmp_path / "log", "--key", log.signer().verifier.vkey, "--saved", old)

    assert said(*words, "--old-key", old_key)[0] == 0
    assert said(*words)[0] == 1
