"""A verifier that is not ours (Go's sumdb packages) judges proofs and whole logs as we do."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from portal.audit.selectors import log
from tests.foreign.cases import Case, all_cases, ours
from tests.portal.audit.conftest import no_open_keys, own_anchor, own_word
from tests.portal.audit.scenes import a_log, committed

__all__ = ["no_open_keys", "own_anchor", "own_word"]

SOURCE = Path(__file__).with_name("verify.go")
LIBRARY = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb")

pytestmark = [committed, pytest.mark.feature("A4"), pytest.mark.slow]


@pytest.fixture(scope="session")
def go(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier, built."""
    if shutil.which("go") is None or not LIBRARY.exists():
        pytest.skip("no Go here: apt-get install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    program = folder / "verify"
    subprocess.run(
        ["go", "build", "-o", str(program), str(SOURCE)],
        check=True,
        env=os.environ
        | {
            "GO111MODULE": "off",
            "GOPATH": "/usr/share/gocode",
            "GOCACHE": str(folder / "cache"),
            "GOFLAGS": "",
        },
    )
    return program


def judged(program: Path, cases: list[Case]) -> list[bool]:
    """What the verifier says of each case."""
    asked = "".join(json.dumps(case) + "\n" for case in cases)
    said = subprocess.run(
        [str(program)], input=asked, capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(said) == len(cases)
    return [word == "good" for word in said]


def test_go_agrees_on_every_good_and_every_bad_one(go: Path):
    cases = all_cases()

    theirs = judged(go, [case for case, _ in cases])

    for (case, expected), said in zip(cases, theirs, strict=True):
        assert said == ours(case) == expected, case


def test_go_reads_our_tiles_and_notices_one_changed_byte(go: Path, tmp_path: Path):
    a_log(600)
    call_command("audit", "export", "--tiles", str(tmp_path / "log"))
    case: Case = {
        "kind": "tiles",
        "vkey": log.signer().verifier.vkey,
        "file": str(tmp_path / "log"),
    }
    files = [path for path in (tmp_path / "log").rglob("*") if path.is_file()]
    assert len(files) == 8  # a checkpoint, three tiles of level 0, one of level 1, three bundles

    assert judged(go, [case]) == [True]
    for file in files:
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        assert judged(go, [case]) == [False], file
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    assert judged(go, [case]) == [True]
