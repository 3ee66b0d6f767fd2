"""Catalogues are read and compiled as gettext's own tools do it, and found again as they were."""

import gettext
import io
import os
from pathlib import Path

import django
import pytest

from portal.kernel import catalogues
from portal.kernel.catalogues import Message

pytestmark = [pytest.mark.pure, pytest.mark.feature("X3")]
DJANGO = Path(django.__file__).parent / "conf" / "locale"
BOOK = """# A head.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#: a.html b.html
msgctxt "on paper"
msgid "Leave"
msgstr "Hoja"

msgid "Leave"
msgstr ""
"Salir "
"de aquí"

#, fuzzy
msgid "Doubtful"
msgstr "Quizá"

msgid "%(n)s day"
msgid_plural "%(n)s days"
msgstr[0] "%(n)s día"
msgstr[1] "%(n)s días"

msgid "Not said yet"
msgstr ""
"""


def opened(messages: list[Message]) -> gettext.GNUTranslations:
    """The catalogue, as Python's own reader opens it."""
    return gettext.GNUTranslations(io.BytesIO(catalogues.compiled(messages)))


def test_a_catalogue_says_what_is_written_in_it():
    book = opened(catalogues.read(BOOK))

    assert book.gettext("Leave") == "Salir de aquí"
    assert book.pgettext("on paper", "Leave") == "Hoja"
    assert [book.ngettext("%(n)s day", "%(n)s days", n) for n in (1, 2, 0)] == [
        "%(n)s día",
        "%(n)s días",
        "%(n)s días",
    ]


def test_what_is_doubtful_or_not_said_stays_as_it_is():
    book = opened(catalogues.read(BOOK))

    assert book.gettext("Doubtful") == "Doubtful"
    assert book.gettext("Not said yet") == "Not said yet"


@pytest.mark.parametrize("language", ["es", "ar", "pl"])
def test_it_is_compiled_as_by_the_tools_of_gettext(language):
    folder = DJANGO / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        theirs = gettext.GNUTranslations(file)

    ours = opened(catalogues.read((folder / "django.po").read_text("utf-8")))

    theirs_said, ours_said = (dict(book._catalog) for book in (theirs, ours))  # type: ignore[attr-defined]
    assert len(ours_said) > 300
    assert ours_said.pop("") and theirs_said.pop("")
    assert ours_said == theirs_said


def test_an_accented_text_is_longer_in_brackets_and_keeps_what_is_filled_in():
    said = catalogues.accented("<b>%(name)s</b> wrote {n} new messages &amp; more to you today")

    assert said.startswith("⟦<b>%(name)s</b> ")
    assert said.endswith("⟧")
    assert "{n}" in said
    assert "&amp;" in said
    assert "wrote" not in said
    assert len(said) > 1.2 * len("%(name)s wrote {n} new messages & more to you today")


def test_a_mirrored_text_turns_each_word_and_no_placeholder():
    assert catalogues.mirrored("From %(day)s") == "\u200f\u202eFrom\u202c\u200f %(day)s"


def test_the_same_source_is_compiled_once_and_another_one_beside_it(tmp_path):
    source, target = tmp_path / "locale", tmp_path / "words"
    source.mkdir()
    (source / "es.po").write_text(BOOK)

    first = catalogues.prepare(source, target, made_up=False)
    again = catalogues.prepare(source, target, made_up=False)
    made_up = catalogues.prepare(source, target, made_up=True)
    (source / "es.po").write_text(BOOK.replace("Hoja", "Folio"))
    other = catalogues.prepare(source, target, made_up=False)

    assert first == again
    assert len({first, made_up, other}) == 3
    assert {path.name for path in made_up.iterdir()} == {"es", "en_XA", "ar_XB"}
    with (other / "es" / "LC_MESSAGES" / "django.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).pgettext("on paper", "Leave") == "Folio"


def test_two_who_compile_at_once_find_one_whole_folder(tmp_path, monkeypatch):
    source, target = tmp_path / "locale", tmp_path / "words"
    source.mkdir()
    (source / "es.po").write_text(BOOK)
    rename = os.rename

    def beaten(draft: Path, folder: Path) -> None:
        monkeypatch.setattr(os, "rename", rename)
        catalogues.prepare(source, target, made_up=False)
        rename(draft, folder)

    monkeypatch.setattr(os, "rename", beaten)
    found = catalogues.prepare(source, target, made_up=False)

    assert (found / "es" / "LC_MESSAGES" / "django.mo").is_file()
    assert [path.name for path in target.iterdir()] == [found.name]
