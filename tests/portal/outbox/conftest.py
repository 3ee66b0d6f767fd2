"""Kinds of letters that only these tests know."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from portal.kernel import clock
from portal.kernel.actor import system_actor
from portal.kernel.plugs import LetterSpec, ParamKind
from portal.outbox import vocabulary

WORK = system_actor("test")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

SPECS = (
    LetterSpec("book.is-here", "book/letters/is_here.txt"),
    LetterSpec(
        "book.everything",
        "book/letters/everything.txt",
        params={kind.value: kind for kind in ParamKind},
        codes={"code": frozenset({"video", "phone"})},
    ),
)


@pytest.fixture(autouse=True)
def known_letters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The kinds of these tests beside those of the house."""
    known = {**vocabulary.kinds(), **vocabulary.gather(SPECS)}
    vocabulary.kinds.cache_clear()
    monkeypatch.setattr(vocabulary, "wards", lambda: ())
    monkeypatch.setattr(vocabulary, "gather", lambda _: known)
    yield
    vocabulary.kinds.cache_clear()


@pytest.fixture
def noon() -> Iterator[None]:
    """It is noon, all the time."""
    with clock.frozen(NOON):
        yield
