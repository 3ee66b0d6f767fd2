"""Migrations are named by meaning, stand alone, go back, and form one line in each room."""

import ast
import re
from pathlib import Path

from tests.architecture import house
from tests.architecture.house import ROOT, Source

NAME = re.compile(r"\d{4}_(?!auto_|alter_|remove_|rename_field)[a-z][a-z0-9_]+")
# Defaults and validators that a field names; they have no tables and no history.
GROUND = ("portal.kernel",)


def faulty(sources: list[Source]) -> list[str]:
    """Migrations that break a rule."""
    faults = []
    for source in sources:
        name = source.parts[-1]
        if not NAME.fullmatch(name):
            faults.append(f"{source.path}: the name does not say what changes")
        faults += [
            f"{source.path}:{line}: imports {module}; a migration outlives the code"
            for module, line in house.imported(source)
            if module.split(".")[0] in house.STOREYS and not module.startswith(GROUND)
        ]
        faults += [f"{source.path}:{line}: cannot go back" for line in one_way(source)]
    return faults


def one_way(source: Source) -> list[int]:
    """Lines of the operations that have no way back and are not elidable."""
    return [
        node.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and house.dotted(node.func).split(".")[-1] in {"RunSQL", "RunPython"}
        and len(node.args) < 2
        and not {"reverse_sql", "reverse_code", "elidable"} & {word.arg for word in node.keywords}
    ]


def folders() -> list[Path]:
    """Every room's migrations."""
    return [path for storey in house.STOREYS for path in (ROOT / storey).rglob("migrations")]


def last_of(folder: Path) -> str:
    """The name of the newest migration of a room."""
    return max((path.stem for path in folder.glob("[0-9]*.py")), default="")


def test_every_migration_keeps_the_rules():
    migrations = [source for source in house.product() if source.is_migration]

    assert faulty([source for source in migrations if source.parts[-1] != "migrations"]) == []


def test_a_bad_name_an_app_import_and_a_one_way_step_are_found():
    def migration(text: str, name: str = "0002_thread_one_sequence") -> list[str]:
        return faulty([Source(f"messaging/migrations/{name}.py", text)])

    assert migration("", "0002_auto_20261122_0700")
    assert migration("from messaging.models import Thread")
    assert migration("x = migrations.RunSQL('drop table x')")
    assert not migration("x = migrations.RunSQL('a', reverse_sql='b')")
    assert not migration("from portal.kernel.ids import new_id")


def test_each_room_names_its_last_migration_so_that_two_branches_conflict_in_git():
    for folder in folders():
        newest = folder / "max_migration.txt"

        assert newest.exists(), f"{newest}: write {last_of(folder)} into it"
        assert newest.read_text().strip() == last_of(folder), newest


def test_no_two_migrations_of_a_room_share_a_number():
    for folder in folders():
        numbers = [path.name[:4] for path in folder.glob("[0-9]*.py")]

        assert len(numbers) == len(set(numbers)), folder
