"""Every message of the source: what Django looks up when a page or a letter is written.

Templates are compiled and their nodes asked, so a message is found exactly as it will be looked up;
Python is parsed. GNU gettext is needed for neither.
"""

import ast
from collections.abc import Iterator
from typing import Any

from django.template import engines
from django.template.base import FilterExpression, Node, Variable
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.functional import Promise
from django.utils.translation import trim_whitespace

from portal.kernel.catalogues import Message
from tests.architecture import house

# What marks a message in Python, and what its arguments are.
MARKS = {
    "_": ("single",),
    "gettext": ("single",),
    "gettext_lazy": ("single",),
    "gettext_noop": ("single",),
    "to_translate": ("single",),
    "ngettext": ("single", "plural"),
    "ngettext_lazy": ("single", "plural"),
    "pgettext": ("context", "single"),
    "pgettext_lazy": ("context", "single"),
    "npgettext": ("context", "single", "plural"),
}


def messages() -> list[Message]:
    """Every message once, with the files that say it, in a steady order."""
    found: dict[tuple[str, str, str], Message] = {}
    places: dict[tuple[str, str, str], set[str]] = {}
    for path, each in said():
        found.setdefault(each.key, each)
        places.setdefault(each.key, set()).add(path)
    return [
        Message(each.single, each.plural, each.context, places=tuple(sorted(places[each.key])))
        for each in sorted(found.values(), key=lambda each: (each.single, each.context))
    ]


def said() -> Iterator[tuple[str, Message]]:
    """Each message with the file that says it."""
    for path, text in house.pages().items():
        for each in of_template(text):
            yield path, each
    for source in house.product():
        acts = {id(arg) for arg in _acts(source.tree)}
        for node, each in of_python(source.tree):
            yield f"{source.path}#act" if id(node) in acts else source.path, each


def of_template(text: str) -> Iterator[Message]:
    """The messages of a template."""
    template: Any = engines["django"].from_string(text)
    yield from _of_node(template.template.nodelist, {})


def of_python(tree: ast.AST) -> Iterator[tuple[ast.AST, Message]]:
    """The messages that Python marks, as far as they stand there in full."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = house.dotted(node.func).rpartition(".")[2]
        values = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        fields = MARKS.get(name, ())
        if fields and len(values) >= len(fields):
            named: Any = dict(zip(fields, map(str, values), strict=False))
            yield node, Message(**named)


def _acts(tree: ast.AST) -> Iterator[ast.AST]:
    """What is said of an act to those who guard the log, as the second argument of its spec."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and house.dotted(node.func) == "EventSpec":
            yield from node.args[1:2]


def _of_node(node: Any, seen: dict[int, Any]) -> Iterator[Message]:
    if id(node) in seen:
        return
    seen[id(node)] = node  # kept, or another one may come to lie at the same place
    yield from _own(node)
    for inner in _inside(node):
        yield from _of_node(inner, seen)


def _own(node: Any) -> Iterator[Message]:
    match node:
        case BlockTranslateNode():
            yield _block(node)
        case TranslateNode():
            yield Message(_single(node.filter_expression.var), context=_context(node))
        case Promise():  # a constant in quotes behind _( )
            yield Message(str(node._args[-1]))  # type: ignore[attr-defined]
        case Variable() if node.translate:
            yield Message(str(node.literal))


def _inside(node: Any) -> list[Any]:
    inside: list[Any]
    match node:
        case BlockTranslateNode():
            inside = [node.extra_context, node.counter]
        case FilterExpression():
            inside = [node.var, [args for _, args in node.filters]]
        case dict():
            inside = list(node.values())
        case list() | tuple():
            inside = list(node)
        case Node() if not isinstance(node, TranslateNode):
            inside = list(vars(node).values())
        case _:
            inside = []
    return inside


def _block(node: BlockTranslateNode) -> Message:
    single, _ = node.render_token_list(node.singular)
    plural, _ = node.render_token_list(node.plural) if node.plural else ("", [])
    if node.trimmed:
        single, plural = trim_whitespace(single), trim_whitespace(plural)
    return Message(single, plural, _context(node))


def _single(var: Any) -> str:
    return str(var.literal if isinstance(var, Variable) else var)


def _context(node: Any) -> str:
    return str(node.message_context.resolve({})) if node.message_context else ""
