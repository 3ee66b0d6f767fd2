"""A name typed in haste finds the name that was written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.texts import fits, number, plain, words

pytestmark = [pytest.mark.pure, pytest.mark.feature("I13")]


@pytest.mark.parametrize(
    ("asked", "name", "found"),
    [
        ("marsh", "Ada Marsh", True),
        ("ada mar", "Marsh, Ada", True),
        ("bjork", "Björk Guðmundsdóttir", True),
        ("BJÖRK", "bjork", True),
        ("strasse", "Anna Straße", True),
        ("o'neil", "Sean O’Neil", True),
        ("neil", "Sean O'Neil", True),
        ("jean pierre", "Jean-Pierre Roux", True),
        ("arsh", "Ada Marsh", False),
        ("ada smith", "Ada Marsh", False),
        ("", "Ada Marsh", False),
        ("—", "Ada Marsh", False),
        ("محمد", "محمد علي", True),
    ],
)
def test_the_beginnings_of_words_find_a_name(asked, name, found):
    assert fits(words(asked), words(name)) is found


def test_a_number_is_the_same_with_strokes_and_blanks():
    assert number("LH-10 417") == number("lh10417")


@given(st.text(max_size=40))
def test_plain_text_stays_as_it_is_and_finds_itself(text):
    assert plain(plain(text)) == plain(text)
    assert not words(text) or fits(words(text), words(text))
