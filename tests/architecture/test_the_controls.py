"""docs/controls.md says what the suite shows: every test it names is there, and it is current."""

from dataclasses import replace

from tests.architecture.controls import PAGE, SOURCE, Control, controls, faults, written

ROWS = controls(SOURCE.read_text(encoding="utf-8"))


def test_every_row_is_borne_out():
    assert faults(ROWS) == []


def test_the_page_is_the_one_that_is_made_from_it():
    assert PAGE.read_text(encoding="utf-8") == written(ROWS)


def test_a_row_that_lies_is_found():
    first, *others = ROWS
    gone = replace(
        first, tests=("tests/architecture/test_the_controls.py::test_that_is_not_there",)
    )
    here = replace(first, tests=("tests/architecture/test_the_controls.py::" + whole.__name__,))

    assert faults([gone, *others])
    assert faults([here, *others])
    assert faults([replace(first, tests=first.tests * 2), *others])
    assert faults([replace(first, instead="Not for us"), *others])
    assert faults([Control(first.id, first.asks), *others])
    assert faults(others)


def whole() -> None:
    """A function that is no test."""


def test_what_is_missing_is_said_in_its_state():
    shown = Control("A1", "x", tests=("t",))

    assert shown.state == "shown"
    assert replace(shown, open="more").state == "partly"
    assert Control("A1", "x", open="all").state == "not yet"
    assert Control("A1", "x", instead="no").state == "not ours"
