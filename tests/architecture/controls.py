"""docs/controls.md, made from docs/controls.toml: what is asked of the portal, and what shows it.

python -m tests.architecture.controls     writes it anew
"""

import ast
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.shared import ROOT

SOURCE = ROOT / "docs" / "controls.toml"
PAGE = ROOT / "docs" / "controls.md"
PARTS = {
    "A": ("Who may see what", 14),
    "B": ("Signing in and staying in", 14),
    "C": ("Sealing and keys", 13),
    "D": ("The log", 15),
    "E": ("Pages, sockets, files", 23),
    "F": ("Video visits", 9),
    "G": ("Rights, and running it", 9),
}
HEAD = """\
# What is asked of a portal like this, and what shows it

Made from `controls.toml` by `python -m tests.architecture.controls`; a test holds that it is
current and that every test it names is there. *Shown* means that the tests named would fail
without it; *partly*, that what is said is missing; *not yet*, that nothing shows it; *not ours*,
that it is not for this portal, and why. This helps you meet the rules that bind your clinic. It
does not say that you do: policies, contracts and people are yours.
"""


@dataclass(frozen=True, slots=True)
class Control:
    """One thing asked for, the tests that show it, what is missing, or why it is not ours."""

    id: str
    asks: str
    tests: tuple[str, ...] = ()
    open: str = ""
    instead: str = ""

    @property
    def state(self) -> str:
        """One of four words."""
        if self.instead:
            return "not ours"
        if not self.tests:
            return "not yet"
        return "partly" if self.open else "shown"


def controls(text: str) -> list[Control]:
    """Every row, in the order of the file."""
    return [
        Control(
            id=key,
            asks=row["asks"],
            tests=tuple(row.get("tests", ())),
            open=row.get("open", ""),
            instead=row.get("instead", ""),
        )
        for key, row in tomllib.loads(text).items()
    ]


def expected() -> list[str]:
    """Every id there has to be, in order."""
    return [f"{part}{n}" for part, (_, last) in PARTS.items() for n in range(1, last + 1)]


def faults(rows: Sequence[Control]) -> list[str]:
    """What a row claims and nothing bears out."""
    found = [] if [row.id for row in rows] == expected() else ["not every id has one row, in order"]
    for row in rows:
        if bool(row.instead) == bool(row.tests or row.open):
            found.append(f"{row.id}: either tests and what is missing, or why it is not ours")
        if len(set(row.tests)) < len(row.tests):
            found.append(f"{row.id} names a test twice")
        found += [f"{row.id}: there is no {name}" for name in row.tests if not _is_there(name)]
    return found


def _is_there(name: str) -> bool:
    path, _, function = name.partition("::")
    return function.startswith("test_") and function in _functions(ROOT / path)


@cache
def _functions(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def written(rows: Sequence[Control]) -> str:
    """The page."""
    counts = _counts(rows)
    lines = [HEAD, ", ".join(f"{n} {state}" for state, n in counts.items()) + ".", ""]
    for part, (title, _) in PARTS.items():
        lines += [
            f"## {part}. {title}",
            "",
            "| id | asked | state | shown by |",
            "|---|---|---|---|",
        ]
        lines += [_line(row) for row in rows if row.id[0] == part]
        lines.append("")
    return "\n".join(lines)


def _counts(rows: Sequence[Control]) -> Mapping[str, int]:
    states = ("shown", "partly", "not yet", "not ours")
    return {state: sum(row.state == state for row in rows) for state in states}


def _line(row: Control) -> str:
    said = [f"`{name.removeprefix('tests/')}`" for name in row.tests]
    said += [words + "." for words in (row.open, row.instead) if words]
    return f"| {row.id} | {row.asks} | {row.state} | {'<br>'.join(said)} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(written(controls(SOURCE.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
