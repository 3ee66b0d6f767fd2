"""Text as it is kept and shown: nothing is lost that somebody meant, nothing deceives the eye."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.texts import SNIPPET, cleaned, is_blank, one_line, shown, snippet
from tests.shared import shared

pytestmark = pytest.mark.pure
ORDERS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert cleaned(cleaned(text)) == cleaned(text)


@given(st.text())
def test_what_is_cleaned_can_be_kept_and_holds_no_controls(text):
    kept = cleaned(text)

    assert kept.encode().decode() == kept
    assert not [char for char in kept if char < " " and char not in "\n\t"]


@given(st.text())
def test_what_is_shown_cannot_reorder_what_stands_around_it(text):
    assert not {*ORDERS} & {*shown(text)}


@given(st.text())
def test_a_snippet_is_one_short_line(text):
    assert len(snippet(text)) <= SNIPPET
    assert "\n" not in snippet(text)


def test_naughty_strings_pass_and_come_out_clean():
    for text in json.loads(shared("badinput/blns.json").read_text()):
        assert cleaned(cleaned(text)) == cleaned(text)
        assert snippet(text) == snippet(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  hello  ", "hello"),
        ("a\r\nb\rc\vd\fe\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("tab\tstays", "tab\tstays"),
        ("nul\x00, bell\x07, escape\x1b[31m", "nul, bell, escape[31m"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("cafe\u0301", "caf\u00e9"),
        ("\ufeffbyte order mark", "byte order mark"),
        ("שלום\u200f (לא)", "שלום\u200f (לא)"),
        ("👩\u200d👧 family", "👩\u200d👧 family"),
        ("10\u202egm 01", "10\u202egm 01"),
    ],
)
def test_what_is_kept_of_a_text(text, kept):
    assert cleaned(text) == kept


def test_what_would_turn_the_text_round_is_shown_by_name():
    assert shown("take 10\u202egm 01") == "take 10⟨RLO⟩gm 01"


def test_a_topic_is_one_line():
    assert one_line(" My\r\nblood\t test\u2028result ") == "My blood test result"


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b\u200d\ufeff", "\u202e\u2069"])
def test_a_text_that_nobody_would_see_is_blank(text):
    assert is_blank(cleaned(text))


@pytest.mark.parametrize("text", ["x", "…", "👍", "\u0645"])
def test_the_smallest_text_is_not(text):
    assert not is_blank(text)
