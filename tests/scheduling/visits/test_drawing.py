"""docs/visits.md says what the code does."""

import pytest

from tests.scheduling.visits.drawing import PAGE, drawn, page_with

pytestmark = [pytest.mark.pure, pytest.mark.feature("V1")]


def test_the_drawings_are_those_of_the_code():
    assert page_with(drawn(), PAGE.read_text()) == PAGE.read_text()


def test_a_drawing_that_lies_is_found():
    text = PAGE.read_text().replace("waiting --> admitted", "planned --> admitted")

    assert page_with(drawn(), text) != text
