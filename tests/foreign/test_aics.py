"""A second verifier that is not ours, aics-tlog: only where PORTAL_AICS_TLOG names its wheel.

It asks for Python 3.12 by its metadata and runs on 3.11 as well; it is never installed here.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from portal.audit.selectors import log
from tests.foreign.cases import Case, all_cases
from tests.portal.audit.conftest import no_open_keys, own_anchor, own_word
from tests.portal.audit.scenes import a_log, committed

__all__ = ["no_open_keys", "own_anchor", "own_word"]

pytestmark = [committed, pytest.mark.feature("A4"), pytest.mark.slow]


def judged(cases: list[Case]) -> list[bool]:
    """What the verifier says of each case. Skips where it is not at hand."""
    wheel = os.environ.get("PORTAL_AICS_TLOG", "")
    if not Path(wheel).is_file():
        pytest.skip("no aics-tlog here: PORTAL_AICS_TLOG names its wheel")
    said = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("aics.py"))],
        input="".join(json.dumps(case) + "\n" for case in cases),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": wheel},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert len(said) == len(cases)
    return [word == "good" for word in said]


def test_it_agrees_on_every_good_and_every_bad_one():
    # It has a bundle of its own in place of the proof file, and takes a note without its last line
    # break, which signed-note and the other two verifiers refuse.
    cases = [
        (case, expected)
        for case, expected in all_cases()
        if case["kind"] != "proof" and case.get("note", "\n").endswith("\n")
    ]
    assert len(cases) > 700

    for (case, expected), said in zip(cases, judged([case for case, _ in cases]), strict=True):
        assert said == expected, case


def test_it_reads_our_tiles_and_notices_one_changed_byte(tmp_path: Path):
    a_log(600)
    call_command("audit", "export", "--tiles", str(tmp_path / "log"))
    case: Case = {
        "kind": "tiles",
        "vkey": log.signer().verifier.vkey,
        "file": str(tmp_path / "log"),
    }

    assert judged([case]) == [True]
    for file in [path for path in (tmp_path / "log").rglob("*") if path.is_file()]:
        whole = file.read_bytes()
        at = len(whole) // 2
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert judged([case]) == [False], file
        file.write_bytes(whole)
