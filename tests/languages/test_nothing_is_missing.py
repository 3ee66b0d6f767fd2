"""Every message of the source stands in every catalogue, and patients' pages are said whole."""

from pathlib import Path

import pytest

from tests.languages.books import BOOKS, is_for_patients, lacking, renewed

pytestmark = [pytest.mark.pure, pytest.mark.feature("X3")]
books = pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.stem)


@books
def test_a_catalogue_holds_what_the_source_says_and_no_more(book: Path):
    text = book.read_text()

    assert renewed(text) == text, "python3 run.py translations"


@books
def test_what_patients_read_is_said(book: Path):
    found = [each for each in lacking(book) if is_for_patients(each)]

    told = "\n".join(f"{each.single!r} in {', '.join(each.places)}" for each in found)
    assert not found, f"say this in {book.name}:\n{told}"
