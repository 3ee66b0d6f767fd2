#!/usr/bin/env python3
"""What the portal is made of, and whether any of it is known to be weak. Needs only Python.

python3 requirements/supply.py bom
    writes docs/sbom.json (CycloneDX 1.6) from the locks
python3 requirements/supply.py check [FOLDER…]
    exits with 0 only if nothing that is locked is known to be weak; a FOLDER is a checkout of
    PyPI's advisory database, which is looked through as well
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

HERE = Path(__file__).resolve().parent
BOM = HERE.parent / "docs" / "sbom.json"
FLOORS = HERE / "floors.toml"
LOCKS = ("runtime", "dev", "journeys")
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(\S+)(?: ; ([^\\\n]+?))?(?: \\)?$", re.M)
# The lines of an advisory that matter, in the one shape of YAML that the database writes.
LINE = re.compile(
    r"^(?:- (package):|    (name): (.+)|  - (type): (\w+)|    - (introduced|fixed): (.+))$", re.M
)


@dataclass(frozen=True)
class Package:
    """One package of a lock: name, version, and where it is wanted. The lock has its hashes."""

    name: str
    version: str
    marker: str
    scope: str
    """The smallest lock that holds it."""

    @property
    def purl(self) -> str:
        """Its name in package URLs."""
        return f"pkg:pypi/{self.name}@{self.version}"


@dataclass(frozen=True)
class Weakness:
    """Versions of a package that are known to be weak: from `since` to before `fixed`."""

    package: str
    id: str
    since: str
    fixed: str

    def holds(self, version: str) -> bool:
        """True for a version that is weak."""
        after = self.since in {"", "0"} or key(version) >= key(self.since)
        return after and (not self.fixed or key(version) < key(self.fixed))


def main(words: Sequence[str]) -> int:
    """Do what the first word says."""
    match list(words):
        case ["bom"]:
            BOM.write_text(bom(packages()), encoding="utf-8")
            return 0
        case ["check", *folders]:
            return check(packages(), [Path(folder) for folder in folders])
    print(__doc__)
    return 2


def packages() -> list[Package]:
    """Every package of every lock, once."""
    found: dict[tuple[str, str, str], Package] = {}
    for lock in LOCKS:
        for package in locked((HERE / f"{lock}.txt").read_text(encoding="utf-8"), lock):
            found.setdefault((package.name, package.version, package.marker), package)
    return sorted(found.values(), key=lambda p: (p.name, p.version, p.marker))


def locked(text: str, scope: str) -> Iterator[Package]:
    """Every package of one lock."""
    for name, version, marker in PIN.findall(text):
        yield Package(name, version, marker, scope)


def bom(found: Sequence[Package]) -> str:
    """The bill of materials. The same locks give the same bytes: no date, no place, no chance."""
    digest = hashlib.sha256("\n".join(p.purl for p in found).encode()).digest()
    components = [
        {
            "type": "library",
            "bom-ref": package.purl + (f"#{package.marker}" if package.marker else ""),
            "name": package.name,
            "version": package.version,
            "purl": package.purl,
            "scope": "required" if package.scope == "runtime" else "excluded",
            "properties": [
                {"name": "portal:lock", "value": package.scope},
                *([{"name": "portal:only-if", "value": package.marker}] if package.marker else []),
            ],
        }
        for package in found
    ]
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{UUID(bytes=digest[:16], version=5)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "portal",
                "name": "portal",
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": components,
        "dependencies": [
            {
                "ref": "portal",
                "dependsOn": [c["bom-ref"] for c in components if c["scope"] == "required"],
            }
        ],
    }
    return json.dumps(told, indent=1, ensure_ascii=True) + "\n"


def check(found: Sequence[Package], folders: Sequence[Path]) -> int:
    """Says how many packages were looked up in what, of which day, and what is weak."""
    sources = [floors(FLOORS.read_text(encoding="utf-8"))]
    sources += [database(folder) for folder in folders]
    weak = 0
    for title, known in sources:
        names = {weakness.package for weakness in known}
        matched = [package for package in found if package.name in names]
        print(f"{len(matched)} of {len(found)} packages are in {title} ({len(known)} weaknesses)")
        if not matched:
            print("  none at all: this source says nothing of what we use, so it proves nothing")
            weak += 1
        for package in matched:
            for one in known:
                if one.package == package.name and one.holds(package.version):
                    weak += 1
                    fixed = f"fixed in {one.fixed}" if one.fixed else "not fixed"
                    print(f"  {package.name} {package.version} is weak: {one.id}, {fixed}")
    print("nothing that is locked is known to be weak" if not weak else f"{weak} things to look at")
    return 1 if weak else 0


def floors(text: str) -> tuple[str, list[Weakness]]:
    """Our own list: for each package the version below which a weakness is known."""
    told = tomllib.loads(text)
    known = [
        Weakness(name, one["id"], one.get("since", ""), one["fixed"])
        for name, rows in told["packages"].items()
        for one in rows
    ]
    return f"our own list of {told['date']}", known


def database(folder: Path) -> tuple[str, list[Weakness]]:
    """PyPI's advisory database, by its folder `vulns`."""
    known: list[Weakness] = []
    newest = ""
    for path in sorted((folder / "vulns").glob("*/*.yaml")):
        text = path.read_text(encoding="utf-8")
        newest = max([newest, *re.findall(r"^modified: ['\"]?(\d{4}-\d\d-\d\d)", text, re.M)])
        if "\nwithdrawn:" not in text:
            known += _weaknesses(path.stem, text)
    return f"PyPI's advisories up to {newest or 'no day at all'}", known


def _weaknesses(id: str, text: str) -> Iterator[Weakness]:
    """What one advisory says: each range of versions, of each package that it names."""
    name, kind, since = "", "", None
    for _start, named, told, typed, said, word, version in LINE.findall(
        text[text.find("affected:") :]
    ):
        if (named or typed or word == "introduced") and since is not None:
            yield Weakness(name, id, since, "")
            since = None
        if named:
            name = normal(told.strip("'\""))
        elif typed:
            kind = said
        elif word == "introduced" and kind != "GIT":
            since = version.strip("'\"")
        elif word == "fixed" and since is not None:
            yield Weakness(name, id, since, version.strip("'\""))
            since = None
    if since is not None:
        yield Weakness(name, id, since, "")


def normal(name: str) -> str:
    """A package's name as locks spell it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def key(version: str) -> tuple[tuple[int, ...], int, str]:
    """What orders versions: numbers first; a release comes after its candidates."""
    found = re.match(r"(\d+(?:\.\d+)*)(.*)", version.lstrip("v"))
    numbers, rest = found.groups() if found else ("0", version)
    parts = [int(part) for part in numbers.split(".")]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    later = 1 if rest.startswith((".post", "-")) else -1 if rest and rest[0] in "abcr.d" else 0
    return tuple(parts), later, rest


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
