"""Lock files name packages and hashes, never a place; the bigger lock holds the smaller one."""

import re

import pytest

from tests.architecture.house import ROOT

LOCKS = ("runtime", "dev", "journeys")
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(\S+)(.*?)(?=^\S|\Z)", re.M | re.S)


def lock(name: str) -> str:
    """The text of a lock file."""
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def unhashed(text: str) -> list[str]:
    """Packages without a hash."""
    return [found[1] for found in PIN.finditer(text) if "--hash=sha256:" not in found[3]]


def pins(text: str) -> set[tuple[str, str]]:
    """Packages with their versions."""
    return {(found[1], found[2]) for found in PIN.finditer(text)}


def wanted(name: str) -> set[str]:
    """The packages that a .in file names itself."""
    lines = (ROOT / "requirements" / f"{name}.in").read_text().splitlines()
    return {re.split(r"[\[<>=~!; ]", line)[0] for line in lines if line and line[0].isalpha()}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_and_hashes_everything(name: str):
    assert "://" not in lock(name)
    assert unhashed(lock(name)) == []
    assert wanted(name) <= {package for package, _ in pins(lock(name))}


def test_a_package_without_a_hash_is_found():
    assert unhashed("django==5.2.19\nredis==8.1.0 \\\n    --hash=sha256:00\n") == ["django"]


def test_each_lock_holds_the_one_below_it():
    assert pins(lock("runtime")) <= pins(lock("dev")) <= pins(lock("journeys"))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_we_ask_for_is_argued_for(name: str):
    argued = (ROOT / "docs" / "dependencies.md").read_text()

    assert {package for package in wanted(name) if f"| {package} |" not in argued} == set()
