"""The documents say what stands: features against marked tests, decisions in their form."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture import house
from tests.architecture.house import ROOT, Source

COUNTS = {"M": 28, "S": 23, "V": 17, "A": 17, "I": 13, "P": 15, "X": 7}
STATES = {"works", "partly", "not yet"}
ROW = re.compile(r"^\| ([MSVAIPX]\d+) \|([^|]*)\|([^|]*)\|([^|]*)\|[^|]+\|$", re.M)
FILE = re.compile(r"[\w./-]+\.(?:py|html|js|css|md)\b")
HEADINGS = ["What hurt", "What we chose", "What it costs", "When to look again"]
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")

Row = tuple[str, str, str, str]


def rows(text: str) -> list[Row]:
    """Id, state, code and tests of every row of the feature table."""
    return [(r[1], r[2].strip(), r[3].strip(), r[4].strip()) for r in ROW.finditer(text)]


def marked(sources: list[Source]) -> dict[str, set[str]]:
    """The files that mark a test with each feature id."""
    found: dict[str, set[str]] = {}
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and house.dotted(node.func) == "pytest.mark.feature":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        found.setdefault(str(argument.value), set()).add(source.path)
    return found


def untrue(table: list[Row], marks: dict[str, set[str]]) -> list[str]:
    """What the table says that the tests do not bear out, and the other way round."""
    faults = [f"{feature} is in no table" for feature in marks.keys() - {row[0] for row in table}]
    for feature, state, code, tests in table:
        named = {*FILE.findall(tests)}
        if state not in STATES:
            faults.append(f"{feature}: {state!r} is not one of {sorted(STATES)}")
        if state == "not yet":
            faults += [
                f"{feature} is not yet, but {path} marks it" for path in marks.get(feature, ())
            ]
            continue
        if not named or not code:
            faults.append(f"{feature} {state}, and names no code or no test")
        faults += [
            f"{feature}: {path} does not mark it" for path in named - marks.get(feature, set())
        ]
        faults += [
            f"{feature}: {p} is not there" for p in FILE.findall(code) if not (ROOT / p).exists()
        ]
    return faults


def misshapen(text: str) -> list[str]:
    """What a decision record lacks."""
    headings = re.findall(r"^## (.+)$", text, re.M)
    faults = [] if headings == HEADINGS else [f"its headings are {headings}"]
    return faults + (["more than 40 lines"] if len(text.splitlines()) > 40 else [])


def documents() -> list[Path]:
    """Every document of ours."""
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def test_every_feature_has_one_row():
    ids = [feature for feature, *_ in rows((ROOT / "docs" / "features.md").read_text())]

    assert ids == [f"{letter}{n}" for letter, last in COUNTS.items() for n in range(1, last + 1)]


def test_the_feature_table_says_what_the_tests_hold():
    table = rows((ROOT / "docs" / "features.md").read_text())

    assert untrue(table, marked(house.everything())) == []


def test_a_row_that_lies_is_found():
    code, test = "manage.py", "tests/messaging/test_sockets.py"
    marks = {"M5": {test}}

    assert not untrue([("M5", "works", code, test)], marks)
    assert untrue([("M5", "not yet", "", "")], marks)
    assert untrue([("M5", "works", code, "tests/messaging/test_other.py")], marks)
    assert untrue([("M5", "works", "messaging/gone.py", test)], marks)
    assert untrue([("M5", "nearly", code, test)], marks)
    assert untrue([("M5", "works", "", "")], {})
    assert untrue([], marks)


def test_a_marked_test_is_seen():
    text = 'import pytest\npytestmark = pytest.mark.feature("M5", "M6")\n'

    assert marked([Source("tests/test_x.py", text)]) == {
        "M5": {"tests/test_x.py"},
        "M6": {"tests/test_x.py"},
    }


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=str)
def test_a_decision_has_its_four_parts(path: Path):
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name)
    assert misshapen(path.read_text()) == []


def test_a_decision_without_its_price_is_found():
    assert misshapen("# 1\n\n## What hurt\n\n## What we chose\n")
    assert misshapen("\n".join(f"## {name}" for name in HEADINGS) + "\n" * 40)


def test_no_two_decisions_share_a_number():
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]

    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(path: Path):
    broken = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]

    assert broken == []
