"""The house as text: its rooms, files and functions, for the tests that hold them to the style."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STOREYS = ("portal", "patients", "messaging", "scheduling")
FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A Python file: where it is and what it says."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return parsed(self.text)

    @property
    def parts(self) -> tuple[str, ...]:
        """The dotted name of the module, in parts, without the `__init__`."""
        parts = Path(self.path).with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts

    @property
    def furniture(self) -> str:
        """The name of the furniture that this file is, or belongs to."""
        depth = len(room_of(self.path))
        return self.parts[depth] if len(self.parts) > depth else "__init__"

    @property
    def is_migration(self) -> bool:
        """True for a file in a room's migrations."""
        return "migrations" in self.parts

    def functions(self) -> Iterator[FunctionDef]:
        """Every function and method of the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def public(self) -> Iterator[FunctionDef | ast.ClassDef]:
        """The functions and classes that other modules may use."""
        for node in self.tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if not node.name.startswith("_"):
                yield node


@cache
def parsed(text: str) -> ast.Module:
    """The syntax tree of this text."""
    try:
        return ast.parse(text)
    except SystemError:
        # CPython 3.11 loses count of its depth if a thread parses at the same time.
        return ast.parse(text)


@cache
def pyproject() -> dict[str, dict[str, dict[str, object]]]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@cache
def contracts() -> dict[str, dict[str, list[str]]]:
    """The import contracts, by the first word of their name."""
    found = pyproject()["tool"]["importlinter"]["contracts"]
    assert isinstance(found, list)
    return {contract["name"].split()[0].rstrip(":"): contract for contract in found}


@cache
def furnished() -> tuple[tuple[str, ...], ...]:
    """The rooms that the furniture contract names, the deepest first."""
    rooms = (tuple(room.split(".")) for room in contracts()["Furniture"]["containers"])
    return tuple(sorted(rooms, key=len, reverse=True))


def room_of(path: str) -> tuple[str, ...]:
    """The room in which a file stands: a furnished one, else the package below a storey."""
    parts = Path(path).parts[:-1]
    for room in furnished():
        if parts[: len(room)] == room:
            return room
    return parts[:2]


def product() -> list[Source]:
    """Every Python file of the product."""
    return [read(path) for storey in STOREYS for path in sorted((ROOT / storey).rglob("*.py"))]


def everything() -> list[Source]:
    """The product and its tests."""
    return [*product(), *(read(path) for path in sorted((ROOT / "tests").rglob("*.py")))]


def read(path: Path) -> Source:
    """The file at this path."""
    return Source(path.relative_to(ROOT).as_posix(), path.read_text())


def pages() -> dict[str, str]:
    """Every template, by its path."""
    return files("templates/**/*.html", "templates/**/*.txt")


def statics() -> dict[str, str]:
    """Every style sheet and script of ours, by its path; vendored files have their lock."""
    found = files("static/**/*.css", "static/**/*.js", "static/**/*.svg")
    return {path: text for path, text in found.items() if "/vendor/" not in path}


def files(*patterns: str) -> dict[str, str]:
    """The texts under the storeys that match one of the patterns."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for storey in STOREYS
        for pattern in patterns
        for path in sorted((ROOT / storey).rglob(pattern))
    }


def length(node: FunctionDef) -> int:
    """The lines of a function, its decorators and docstring left out."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        first = node.body[0]
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def called(node: ast.AST) -> Iterator[tuple[str, int]]:
    """The dotted name of every call below a node, with its line."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and (name := dotted(inner.func)):
            yield name, inner.lineno


def dotted(node: ast.AST) -> str:
    """`a.b.c` for an attribute or a name; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def imported(source: Source) -> Iterator[tuple[str, int]]:
    """The dotted name of every import of a file, with its line."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
