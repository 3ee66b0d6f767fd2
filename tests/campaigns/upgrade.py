"""From an older version to this one, with data: nothing is lost, everything opens, the log holds.

python -m tests.campaigns.upgrade [--from COMMIT] [--conversations N] [--scaled]

The older code itself makes the data, in a folder of its own. This code migrates it, reads all of
it, goes on with it, and takes its tables back to what the older code knows: whoever has to return
can, as long as nobody wrote what the older code has no place for.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import django
from django.apps import apps

from portal.kernel.ids import new_id
from tests.campaigns.portals import Portal
from tests.harness.processes import ran
from tests.harness.web import Browser
from tests.shared import ROOT

PAGE = ROOT / "docs" / "upgrades.md"
HOLDS, BACK = "the log holds", "and back again"
TOLD = re.compile(r"^\| `([0-9a-f]{40})` \|", re.M)


class NoHistory(Exception):
    """The older version is not here: a shallow clone, or no clone at all."""


@dataclass
class Upgrade:
    """What became of the older version's data."""

    commit: str
    threads: int = 0
    opened: int = 0
    entries: str = ""
    went_on: bool = False
    back: str = ""
    faults: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The run in one line."""
        return (
            f"upgrade from {self.commit[:10]}: {self.opened} of {self.threads} threads open, "
            f"{self.entries}, {'goes on' if self.went_on else 'STANDS STILL'}, {self.back}"
            + "".join(f"; {fault}" for fault in self.faults)
        )


def versions() -> list[str]:
    """The commits from which an upgrade is promised, the oldest first."""
    return TOLD.findall(PAGE.read_text(encoding="utf-8"))


def campaign(commit: str, *, conversations: int = 5, scaled: bool = False) -> Upgrade:
    """The data of this commit, brought to today and back. Raises NoHistory."""
    run = Upgrade(commit)
    with tempfile.TemporaryDirectory(prefix="portal-older-") as scratch:
        older = checked_out(commit, Path(scratch) / "code")
        portal = _portal(scaled=scaled)
        portal.environment["PYTHONPATH"] = str(older)
        try:
            rows = _made_by(older, portal, conversations)
            portal.environment["PYTHONPATH"] = str(ROOT)
            for database in ("default", "shred"):
                portal.manage("migrate", "--database", database, "--verbosity", "0")
            _read(portal, rows, run)
            run.entries = _holds(portal, ROOT)
            _back(portal, older, run)
        finally:
            portal.__exit__()
    return run


def checked_out(commit: str, folder: Path) -> Path:
    """The code of this commit, in this folder. Raises NoHistory."""
    folder.mkdir()
    try:
        archive = subprocess.run(
            ["git", "archive", commit], cwd=ROOT, capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        raise NoHistory(f"{commit[:10]} is not in this clone") from None
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    return folder


def older_said(older: Path, portal: Portal, *words: str) -> str:
    """What a program of the older code printed over this data. RuntimeError if it failed."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=older,
        env=portal.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the older {words}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _portal(*, scaled: bool) -> Portal:
    if not scaled:
        return Portal()
    database, redis = (os.environ[f"PORTAL_TEST_{name}_URL"] for name in ("DATABASE", "REDIS"))
    return Portal(database=database, redis=redis)


def _made_by(older: Path, portal: Portal, conversations: int) -> list[dict[str, str]]:
    """The older code's own tables and conversations, its demo clinic among them."""
    for database in ("default", "shred"):
        older_said(older, portal, "manage.py", "migrate", "--database", database, "-v", "0")
    older_said(older, portal, "manage.py", "demo")
    told = older_said(older, portal, "-m", "tests.campaigns.populate", str(conversations))
    return [json.loads(line) for line in told.splitlines()]


def _read(portal: Portal, rows: list[dict[str, str]], run: Upgrade) -> None:
    """Every thread is read by both of its people, and one is answered."""
    portal.start()
    try:
        for row in rows:
            run.threads += 1
            pages = [_page(portal, row[who], row["thread"]) for who in ("patient", "clinician")]
            run.opened += all(row["text"].partition(" (")[0] in page for page in pages)
        run.went_on = _answered(portal, rows[0])
    finally:
        portal.kill()


def _page(portal: Portal, key: str, thread: str) -> str:
    return _browser(portal, key).get(f"/threads/{thread}/").text


def _answered(portal: Portal, row: dict[str, str]) -> bool:
    path, body = f"/threads/{row['thread']}/", "Please drink a lot."
    _browser(portal, row["clinician"]).submit(
        path, at=f"{path}reply/", body=body, command_id=new_id()
    )
    return body in _page(portal, row["patient"], row["thread"])


def _browser(portal: Portal, key: str) -> Browser:
    return Browser("127.0.0.1", portal.ports[0], cookies={"portal": key})


def _holds(portal: Portal, code: Path) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "audit", "verify", "--quiet"],
        cwd=code,
        env=portal.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return HOLDS if done.returncode == 0 else f"THE LOG DOES NOT HOLD: {done.stdout}"


def _back(portal: Portal, older: Path, run: Upgrade) -> None:
    """The tables are those of the older code again, which still knows its data and its log."""
    for label, name in leaves(older).items():
        done = ran(portal.environment, "manage.py", "migrate", label, name, "-v", "0")
        if done.returncode:
            run.faults.append(f"{label} does not go back: {done.stderr.strip().splitlines()[-1]}")
    portal.environment["PYTHONPATH"] = str(older)
    state = older_said(older, portal, "manage.py", "migrate", "--plan")
    holds = _holds(portal, older)
    back = "No planned migration operations" in state and holds == HOLDS
    run.back = BACK if back else f"NOT BACK: {state[-200:]} {holds}"


def leaves(older: Path) -> dict[str, str]:
    """The last migration of each app in the older code; "zero" for an app that it lacks."""
    found = {}
    for config in apps.get_app_configs():
        if not (Path(config.path) / "migrations" / "max_migration.txt").exists():
            continue
        folder = older.joinpath(*config.name.split("."))
        last = folder / "migrations" / "max_migration.txt"
        found[config.label] = last.read_text().strip() if last.exists() else "zero"
    return found


def main() -> int:
    """Every promised version, or the one that is named."""
    django.setup()
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--from", dest="commit", default="")
    asked.add_argument("--conversations", type=int, default=50)
    asked.add_argument("--scaled", action="store_true")
    given = asked.parse_args()
    faults = 0
    for commit in [given.commit] if given.commit else versions():
        run = campaign(commit, conversations=given.conversations, scaled=given.scaled)
        sys.stdout.write(run.line() + "\n")
        faults += not is_clean(run)
    return 1 if faults else 0


def is_clean(run: Upgrade) -> bool:
    """True if nothing was lost on the way here, and there is a way back."""
    whole = run.threads and run.opened == run.threads and run.went_on
    return bool(whole and run.entries == HOLDS and run.back == BACK)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    sys.exit(main())
