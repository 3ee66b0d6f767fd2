"""Catalogues and what is read out of the source for them."""

import ast
import re
from pathlib import Path

import pytest

from portal.kernel.catalogues import Message, read
from tests.languages.books import BOOKS, is_for_patients, renewed
from tests.languages.source import of_python, of_template

pytestmark = [pytest.mark.pure, pytest.mark.feature("X3")]
FILLED = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^<>]+>")
books = pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.stem)


def python(text: str) -> list[Message]:
    """What a module of this text says."""
    return [each for _, each in of_python(ast.parse(text))]


@books
def test_what_is_filled_in_is_the_same_in_every_form(book: Path):
    for each in read(book.read_text())[1:]:
        for form in filter(None, each.words):
            asked = each.plural or each.single
            assert {*FILLED.findall(form)} == {*FILLED.findall(asked)}, each.single


def test_a_message_is_found_however_it_is_marked():
    said = """{% load i18n %}{% translate "One" %}{% translate "Two" context "a pair" as x %}
    {% blocktranslate trimmed count n=3 %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}
    {% if a %}{% firstof b _("Four") %}{% endif %}
    {% include "portal/_banner.html" with w=_("Five") %}
    """

    assert {each.key for each in of_template(said)} == {
        ("", "One", ""),
        ("a pair", "Two", ""),
        ("", "%(n)s day", "%(n)s days"),
        ("", "Four", ""),
        ("", "Five", ""),
    }
    assert python("_('A'); pgettext_lazy('b', 'B'); ngettext('c', 'cs', n); gettext(word)") == [
        Message("A"),
        Message("B", context="b"),
        Message("c", "cs"),
    ]


def test_a_message_that_is_gone_goes_and_one_that_is_new_waits(monkeypatch):
    messages = [Message("New", places=("a.html",)), Message("Old", places=("a.html",))]
    monkeypatch.setattr("tests.languages.books.messages", lambda: messages)
    text = 'msgid ""\nmsgstr "x"\n\nmsgid "Gone"\nmsgstr "Ido"\n\nmsgid "Old"\nmsgstr "Viejo"\n'

    assert {each.single: each.words for each in read(renewed(text))} == {
        "": ("x",),
        "New": ("",),
        "Old": ("Viejo",),
    }


def test_only_what_staff_alone_meet_may_wait():
    desk, page = "messaging/templates/messaging/desk.html", "patients/views/records.py"

    assert is_for_patients(Message("x", places=(page,)))
    assert is_for_patients(Message("x", places=(desk, page)))
    assert not is_for_patients(Message("x", places=(desk,)))
    assert not is_for_patients(Message("x", places=("patients/vocabulary.py#act",)))
