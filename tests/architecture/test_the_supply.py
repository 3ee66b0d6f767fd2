"""What the portal is made of is written down, and nothing of it is known to be weak."""

import json

import pytest

from requirements import supply
from requirements.supply import Package, Weakness
from tests.architecture.test_the_locks import lock, pins

pytestmark = pytest.mark.feature("X6")
ADVISORY = """\
id: PYSEC-2023-45
details: introduced: nowhere
modified: '2023-06-05T01:13:00.293462Z'
affected:
- package:
    name: Py_Redis
    ecosystem: PyPI
  ranges:
  - type: GIT
    events:
    - introduced: '0'
    - fixed: 66a4d6b2a493dd3a20cc299ab5fef3c14baad965
  - type: ECOSYSTEM
    events:
    - introduced: '0'
    - fixed: 4.3.6
    - introduced: 4.5.0
  versions:
  - 4.5.1
"""


def package(name: str, version: str) -> Package:
    return Package(name, version, "", "runtime")


def test_the_bill_of_materials_is_the_one_of_the_locks():
    assert supply.BOM.read_text() == supply.bom(supply.packages())


def test_it_names_every_package_of_every_lock_and_what_runs_with_patients():
    told = json.loads(supply.BOM.read_text())
    named = {(one["name"], one["version"]) for one in told["components"]}
    running = {one["name"] for one in told["components"] if one["scope"] == "required"}

    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert named == pins(lock("runtime")) | pins(lock("dev")) | pins(lock("journeys"))
    assert {"django", "cryptography"} <= running
    assert "pytest" not in running
    assert len({one["bom-ref"] for one in told["components"]}) == len(told["components"])


def test_what_is_locked_is_not_known_to_be_weak(capsys):
    assert supply.check(supply.packages(), []) == 0
    assert "packages are in our own list of" in capsys.readouterr().out


def test_a_weak_version_is_found_and_named(capsys):
    assert supply.check([package("daphne", "4.2.1"), package("django", "5.2.19")], []) == 1
    assert "daphne 4.2.1 is weak: CVE-2026-44545, fixed in 4.2.2" in capsys.readouterr().out


def test_a_source_that_knows_nothing_of_ours_proves_nothing(tmp_path, capsys):
    (tmp_path / "vulns").mkdir()

    assert supply.check([package("no-such-thing", "1")], []) == 1
    assert supply.check(supply.packages(), [tmp_path]) == 1
    assert "proves nothing" in capsys.readouterr().out


def test_pypis_advisories_are_read(tmp_path):
    folder = tmp_path / "vulns" / "py-redis"
    folder.mkdir(parents=True)
    (folder / "PYSEC-2023-45.yaml").write_text(ADVISORY)

    title, known = supply.database(tmp_path)

    assert "2023-06-05" in title
    assert known == [
        Weakness("py-redis", "PYSEC-2023-45", "0", "4.3.6"),
        Weakness("py-redis", "PYSEC-2023-45", "4.5.0", ""),
    ]


def test_what_was_withdrawn_is_no_weakness(tmp_path):
    folder = tmp_path / "vulns" / "py-redis"
    folder.mkdir(parents=True)
    (folder / "PYSEC-2023-45.yaml").write_text(f"{ADVISORY}withdrawn: '2023-06-06T10:37:00Z'\n")

    assert supply.database(tmp_path)[1] == []


@pytest.mark.parametrize(
    ("version", "weak"),
    [
        ("4.1", False),
        ("4.2.0", True),
        ("4.2.1rc1", True),
        ("4.2.10", False),
        ("4.2.9.post1", True),
        ("4.10", False),
        ("4.2.10rc1", True),
    ],
)
def test_versions_are_compared_as_versions(version, weak):
    assert Weakness("x", "y", "4.2", "4.2.10").holds(version) is weak


def test_every_floor_says_what_it_is_about():
    title, known = supply.floors(supply.FLOORS.read_text())

    assert "2026" in title
    assert all(one.id and one.fixed for one in known)
    assert {one.package for one in known} <= {name for name, _ in pins(lock("journeys"))}
