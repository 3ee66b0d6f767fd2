"""The restore drill: backups and two sheets of paper bring back everything that was there."""

import json
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from tests.campaigns.kills import where
from tests.campaigns.portals import Portal

pytestmark = [pytest.mark.slow, pytest.mark.feature("M25")]

PATIENTS = 12
FILES = ("portal.sqlite3", "shred.sqlite3")


def test_a_lost_installation_comes_back_from_backups_and_two_sheets(
    tmp_path: Path, record_property: Callable[[str, object], None]
):
    with Portal(**where(scaled=bool(settings.REDIS_URL))) as portal:
        portal.populate(2)
        portal.run("-m", "tests.campaigns.wrapped", "make", str(PATIENTS))
        portal.manage("keys", "rotate")
        portal.manage("keys", "recovery", "--out", str(tmp_path / "paper"))
        portal.run("-m", "tests.campaigns.wrapped", "number")
        portal.manage("audit", "checkpoint")
        before = standing(portal)
        backup(portal, tmp_path)

        wipe(portal)
        started = time.monotonic()
        restored = bring_back(portal, tmp_path)
        seconds = time.monotonic() - started

        assert "put the databases back now" in restored.lower()
        assert standing(portal) == before
        assert before["charts"]["opened"] == PATIENTS + 2
        assert before["charts"]["unreadable"] == 0
        verified = portal.manage("audit", "verify")
        assert "The log holds." in verified
        record_property("seconds to recover", round(seconds, 1))
        print(f"recovered {before['rows']} in {seconds:.1f} s")  # noqa: T201 - the drill's figure


def standing(portal: Portal) -> dict[str, dict[str, int]]:
    """What opens, and how many rows there are."""
    charts = json.loads(portal.run("-m", "tests.campaigns.wrapped", "check"))
    texts = portal.run("-m", "tests.campaigns.transcript").splitlines()
    counts = portal.run("-m", "tests.campaigns.wrapped", "count")
    return {"charts": charts | {"messages": len(texts)}, "rows": json.loads(counts)}


def backup(portal: Portal, folder: Path) -> None:
    """The anchor, and consistent copies of both databases, as the documentation tells."""
    shutil.copy(portal.folder / "anchor" / "checkpoint", folder)
    for url in urls(portal):
        run("pg_dump", "--format=custom", f"--file={folder / name_of(url)}", url)
    for name in () if urls(portal) else FILES:
        with (
            closing(sqlite3.connect(portal.folder / name)) as source,
            closing(sqlite3.connect(folder / name)) as copy,
        ):
            source.backup(copy)


def wipe(portal: Portal) -> None:
    """Databases, keyring and anchor are gone."""
    for url in urls(portal):
        for word in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
            run("psql", "--quiet", "--command", word, url)
    for inside in portal.folder.iterdir():
        if inside.is_dir() and not inside.is_symlink():
            shutil.rmtree(inside)
        else:
            inside.unlink()
    assert list(portal.folder.iterdir()) == []


def bring_back(portal: Portal, folder: Path) -> str:
    """The steps that the documentation tells, in its order. What restoring the keyring said."""
    paper = sorted((folder / "paper").iterdir())
    said = portal.manage("keys", "restore", str(paper[1]), str(paper[2]))
    for url in urls(portal):
        run(
            "pg_restore",
            "--exit-on-error",
            "--no-owner",
            f"--dbname={url}",
            str(folder / name_of(url)),
        )
    for name in () if urls(portal) else FILES:
        shutil.copy(folder / name, portal.folder / name)
    (portal.folder / "anchor").mkdir(mode=0o700)
    shutil.copy(folder / "checkpoint", portal.folder / "anchor")
    portal.manage("migrate", "--verbosity", "0")
    portal.manage("migrate", "--database", "shred", "--verbosity", "0")
    portal.manage("keys", "status")
    return said


def urls(portal: Portal) -> list[str]:
    """The addresses of its PostgreSQL databases; none in the embedded mode."""
    names = ("PORTAL_DATABASE_URL", "PORTAL_SHRED_DATABASE_URL")
    return [portal.environment[name] for name in names if name in portal.environment]


def name_of(url: str) -> str:
    """The file for the copy of this database."""
    return url.rpartition("/")[2] + ".dump"


def run(*words: str) -> None:
    """A program of PostgreSQL did what it was told."""
    subprocess.run(words, check=True, capture_output=True)
