"""Every file of a room is a known piece of furniture, and no room has a junk drawer."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture import house
from tests.architecture.house import ROOT, Source

JUNK = {"utils", "util", "helpers", "common", "misc", "services", "managers", "base", "lib"}
# Django looks for a database backend under these two names.
BY_DJANGO = {"portal/kernel/sqlite/base.py"}


def known_furniture() -> set[str]:
    """The names that the furniture contract allows."""
    contract = house.contracts()["Furniture"]
    names = {name for layer in contract["layers"] for name in re.findall(r"\w+", layer)}
    return names | {*contract["exhaustive_ignores"]} | {"__init__"}


def strangers(sources: list[Source]) -> list[str]:
    """Files of a furnished room that are no known furniture."""
    known = known_furniture()
    rooms = house.furnished()
    return [
        f"{source.path}: {source.furniture} is no furniture; argue for it in pyproject.toml"
        for source in sources
        if house.room_of(source.path) in rooms and source.furniture not in known
    ]


def junk(sources: list[Source]) -> list[str]:
    """Modules and packages whose name says nothing."""
    return [
        source.path
        for source in sources
        if JUNK & {*source.parts} and source.path not in BY_DJANGO and not source.is_migration
    ]


def test_every_file_of_a_room_is_known_furniture():
    assert strangers(house.product()) == []


def test_a_file_with_another_name_is_found():
    assert strangers([Source("messaging/broadcaster.py", "")])
    assert strangers([Source("portal/audit/numbering/first.py", "")])
    assert not strangers([Source("messaging/actions/send.py", "")])


def test_no_module_has_a_junk_name():
    assert junk(house.everything()) == []


def test_a_junk_drawer_is_found():
    assert junk([Source("portal/kernel/utils.py", ""), Source("patients/helpers/x.py", "")])


def test_every_room_with_actions_or_models_is_in_the_furniture_contract():
    furnished = {*house.furnished()}
    wild = {"kernel", "crypto", "realtime"}

    rooms = {
        path.parent.relative_to(ROOT).parts
        for storey in house.STOREYS
        for name in ("models.py", "actions.py", "policy.py")
        for path in (ROOT / storey).rglob(name)
    }

    assert {room for room in rooms if room not in furnished and room[-1] not in wild} == set()


def test_no_contract_has_an_exception():
    assert [
        name for name, contract in house.contracts().items() if "ignore_imports" in contract
    ] == []


def test_every_pure_piece_is_in_the_contract_that_keeps_it_pure():
    layers = house.contracts()["Furniture"]["layers"]
    pure = next({*re.findall(r"\w+", layer)} for layer in layers if "(states)" in layer)
    promised = tuple(house.contracts()["Pure"]["source_modules"])

    present = {
        ".".join(source.parts)
        for source in house.product()
        if source.furniture in pure and house.room_of(source.path) in house.furnished()
    }

    assert {piece for piece in present if not f"{piece}.".startswith(covering(promised))} == set()


def covering(modules: tuple[str, ...]) -> tuple[str, ...]:
    """What the dotted names below these modules begin with."""
    return tuple(f"{module}." for module in modules)


def test_the_contracts_refuse_an_arrow_up(tmp_path: Path):
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(ROOT / "pyproject.toml", copy)
    for storey in house.STOREYS:
        shutil.copytree(ROOT / storey, copy / storey, ignore=shutil.ignore_patterns("static"))
    sinner = copy / "portal" / "kernel" / "ids.py"
    sinner.write_text(sinner.read_text() + "\nimport patients\n")

    linted = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )

    assert linted.returncode == 1
    assert "portal.kernel.ids -> patients" in linted.stdout
