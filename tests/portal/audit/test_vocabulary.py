"""The words: an entry can hold ids, counts and declared codes, and nothing that a person wrote."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.audit import vocabulary
from portal.audit.errors import DetailRefused
from portal.kernel.plugs import Detail, DetailKind, EventSpec
from tests.portal.audit.scenes import SEEN

pytestmark = [pytest.mark.pure, pytest.mark.feature("A1")]
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
SOME_ID = UUID(int=5)


def kinds(**details: Detail) -> Mapping[str, Detail]:
    """Details by name."""
    return details


def test_what_is_declared_is_taken_as_it_is():
    taken = vocabulary.checked(SEEN, {"which": SOME_ID, "how_many": 3, "why": "asked"})

    assert taken == {"which": str(SOME_ID), "how_many": 3, "why": "asked"}


@given(st.text())
@SHARED
def test_a_string_outside_the_declared_codes_is_refused(text: str):
    for name in ("which", "how_many", "why"):
        if (name, text) in {("why", "asked"), ("why", "found")}:
            continue
        with pytest.raises(DetailRefused) as refused:
            vocabulary.checked(SEEN, {name: text})
        assert len(text) < 4 or text not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("which", str(SOME_ID)),
        ("which", 5),
        ("how_many", -1),
        ("how_many", 2**53),
        ("how_many", True),
        ("how_many", 1.0),
        ("how_many", None),
        ("why", 1),
        ("why", "ASKED"),
        ("why", ["asked"]),
        ("body", "it hurts here"),
        ("actor", SOME_ID),
    ],
)
def test_another_kind_or_another_name_is_refused(name: str, value: Any):
    with pytest.raises(DetailRefused):
        vocabulary.checked(SEEN, {name: value})


def test_an_event_that_no_room_declares_is_refused():
    with pytest.raises(DetailRefused):
        vocabulary.checked("test.never-declared", {})


@pytest.mark.parametrize(
    "spec",
    [
        EventSpec("Something", "x"),
        EventSpec("nodot", "x"),
        EventSpec("thing.happened", ""),
        EventSpec("thing.happened", "x", kinds(note=Detail(DetailKind.CODE))),
        EventSpec("thing.happened", "x", kinds(n=Detail(DetailKind.COUNT, frozenset({"one"})))),
        EventSpec("thing.happened", "x", kinds(actor=Detail(DetailKind.ID))),
        EventSpec("thing.happened", "x", kinds(Bad=Detail(DetailKind.ID))),
        EventSpec(
            "thing.happened", "x", kinds(why=Detail(DetailKind.CODE, frozenset({"it hurts"})))
        ),
        EventSpec("thing.happened", "x", {f"n{n}": Detail(DetailKind.COUNT) for n in range(25)}),
    ],
)
def test_a_word_that_could_hold_text_does_not_enter(spec: EventSpec):
    with pytest.raises(ValueError, match=spec.event):
        vocabulary.gather([spec])


def test_no_word_is_declared_twice():
    spec = EventSpec("thing.happened", "x")

    with pytest.raises(ValueError, match="twice"):
        vocabulary.gather([spec, spec])


def test_every_room_s_words_enter():
    assert "audit.read" in vocabulary.events()
    assert all(not list(vocabulary.faults_of(spec)) for spec in vocabulary.events().values())
