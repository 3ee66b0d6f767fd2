"""Rooms, functions and actions say what is true of them, and nothing is left for later."""

import ast
import re

from tests.architecture import house
from tests.architecture.house import FunctionDef, Source

# Packages that Django's own layout asks for; empty files say it all.
BY_DJANGO = {"management", "commands", "migrations", "templatetags"}
LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
CONSTANT = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
NAME = re.compile(r"\b[A-Z][a-z0-9]\w+\b")


def silent(sources: list[Source]) -> list[str]:
    """Rooms, public functions and public classes without a docstring."""
    faults = []
    for source in sources:
        if source.is_migration:
            continue
        empty = source.parts[-1] in BY_DJANGO and not source.text.strip()
        if not ast.get_docstring(source.tree) and not empty:
            faults.append(f"{source.path}: no word about the module")
        faults += [
            f"{source.path}:{node.lineno}: {node.name} does not say what is true"
            for node in source.public()
            if not ast.get_docstring(node)
        ]
    return faults


def actions(sources: list[Source]) -> list[tuple[Source, FunctionDef]]:
    """Every public action."""
    return [
        (source, node)
        for source in sources
        if source.furniture == "actions"
        for node in source.public()
        if not isinstance(node, ast.ClassDef)
    ]


def clause(node: FunctionDef, word: str) -> str | None:
    """What follows `Records:` (or another word) in a docstring, up to the next clause."""
    text = ast.get_docstring(node) or ""
    found = re.search(rf"^{word}:(.*?)(?=^\w+:|^$|\Z)", text, re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else None


def ill_spoken(sources: list[Source], events: set[str], refusals: set[str]) -> list[str]:
    """Actions whose docstring leaves out or invents what they record or refuse."""
    faults = []
    for source, node in actions(sources):
        where = f"{source.path}:{node.lineno}: {node.name}"
        first = node.args.args[0].arg if node.args.args else ""
        recorded = clause(node, "Records")
        if first != "actor":
            faults.append(f"{where} does not take the actor first")
        if not recorded:
            faults.append(f"{where} does not say what it Records:")
            continue
        named = {*CONSTANT.findall(recorded)}
        done = {name.split(".")[-1] for name in events_in(node)}
        refused = {*NAME.findall(clause(node, "Refuses") or "")}
        faults += [f"{where} records {event} and does not say so" for event in done - named]
        faults += [f"{where} says {event}, which is no event" for event in named - events]
        faults += [f"{where} says {name}, which is no refusal" for name in refused - refusals]
    return faults


def events_in(node: ast.AST) -> set[str]:
    """The `Event.X` that a function names."""
    names = {house.dotted(inner) for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
    return {name for name in names if re.fullmatch(r"(\w+\.)*Event\.[A-Z0-9_]+", name)}


def known_events() -> set[str]:
    """The members of every room's `Event`."""
    return {
        target.id
        for source in house.product()
        if source.furniture == "vocabulary"
        for cls in ast.walk(source.tree)
        if isinstance(cls, ast.ClassDef) and cls.name == "Event"
        for line in cls.body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    }


def known_refusals() -> set[str]:
    """The classes of every room's errors."""
    return {
        node.name
        for source in house.product()
        if source.parts[-1] == "errors" or source.furniture == "errors"
        for node in source.tree.body
        if isinstance(node, ast.ClassDef)
    }


def left_for_later(texts: dict[str, str]) -> list[str]:
    """Lines that promise what is not there."""
    return [
        f"{path}:{number}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if LATER.search(line)
    ]


def test_every_module_and_public_name_says_what_is_true():
    assert silent(house.product()) == []


def test_a_silent_room_is_found():
    assert silent([Source("messaging/__init__.py", "")])
    assert silent([Source("messaging/policy.py", '"""Who."""\ndef may_write(): ...\n')])


def test_every_action_says_what_it_records_and_refuses():
    assert ill_spoken(house.product(), known_events(), known_refusals()) == []


def test_an_action_that_hides_or_invents_something_is_found():
    def action(head: str, doc: str, body: str = "pass") -> list[Source]:
        text = f'def close_thread({head}):\n    """Shut.\n\n    {doc}\n    """\n    {body}\n'
        return [Source("messaging/actions.py", text)]

    def faults(sources: list[Source]) -> list[str]:
        return ill_spoken(sources, {"THREAD_CLOSED"}, {"AlreadyClosed"})

    assert not faults(action("actor", "Refuses: AlreadyClosed.\n    Records: THREAD_CLOSED."))
    assert faults(action("thread", "Records: THREAD_CLOSED."))
    assert faults(action("actor", "Refuses: AlreadyClosed."))
    assert faults(action("actor", "Records: nothing.", "record(actor, Event.THREAD_CLOSED)"))
    assert faults(action("actor", "Records: THREAD_SHUT_DOWN."))
    assert faults(action("actor", "Refuses: BadMood.\n    Records: THREAD_CLOSED."))


def test_nothing_is_left_for_later():
    texts = {source.path: source.text for source in house.everything()}

    assert left_for_later(texts | house.pages() | house.statics()) == []


def test_a_promise_is_found():
    assert left_for_later({"messaging/views.py": "x = 1  # TO" + "DO: later"})
