"""Who looked at my record: a clinician opens it, its patient sees so, and takes the proof away."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.browsers import PHONE
from tests.journeys.house import House
from tests.shared import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page


def look_at(house: House, name: str) -> None:
    """Dr Okafor opens the record of this patient."""
    mine = house.open(name, "/").locator('main a[href^="/patients/"]').first
    page = house.open("okafor", mine.get_attribute("href") or "")
    page.get_by_role("heading", name="At the clinic").wait_for()


def report_of(house: House, name: str, **options: object) -> "Page":
    """The report of one's own record, from the first page."""
    page = house.open(name, "/", **options)
    page.get_by_role("link", name="Who looked at my record").first.click()
    page.get_by_role("heading", level=1, name="Who looked at my record").wait_for()
    return page


@pytest.mark.feature("A5", "M6")
@pytest.mark.parametrize("scripts", [True, False], ids=["live", "plain"])
def test_a_look_is_told_and_proven(house: House, tmp_path: Path, scripts: bool):
    look_at(house, "imani")
    page = report_of(house, "imani", size=PHONE, scripts=scripts)
    them = page.locator(".doer.staff").filter(has_text="Okafor").first

    assert "Opened your record" in them.inner_text()
    assert "on the care team" in them.inner_text()
    assert page.get_by_text("folded away").is_visible()
    page.get_by_label("What I did myself, too").check()
    page.get_by_role("button", name="Show").click()
    page.locator(".doer.own").first.wait_for()
    assert page.locator(".doer.own").first.get_by_role("heading", name="You").is_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download with proof").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    check = [sys.executable, "-I", str(ROOT / "docs" / "verify" / "report.py"), str(path)]
    answer = subprocess.run(check, capture_output=True, text=True, check=False, timeout=60)

    # What happened within the last second may not be signed yet: then it says so, and exits 3.
    assert answer.returncode in {0, 3}, answer.stderr
    held = [each for each in json.loads(path.read_text())["entries"] if each["index"] is not None]
    assert f"{len(held)} entries hold" in answer.stdout
    assert any("Okafor" in each["in_words"]["who"] for each in held)
