"""Ids: UUIDv7, in order of making, one each, and spelled in one of two ways."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import ids

pytestmark = pytest.mark.pure


def make(n: int) -> list[UUID]:
    """So many ids, by one thread."""
    return [ids.new_id() for _ in range(n)]


def test_an_id_is_a_version_7_uuid_of_this_millisecond():
    before = time.time_ns() // 1_000_000
    made = ids.new_id()
    after = time.time_ns() // 1_000_000

    assert made.version == 7
    assert made.variant == RFC_4122
    assert before <= made.int >> 80 <= after + 1


def test_ids_of_one_thread_come_in_order():
    made = make(20_000)

    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_of_many_threads_are_never_the_same():
    with ThreadPoolExecutor(8) as threads:
        batches = list(threads.map(make, [2_000] * 8))

    assert len({one for batch in batches for one in batch}) == 16_000
    for batch in batches:
        assert batch == sorted(batch)
        assert all(one.version == 7 and one.variant == RFC_4122 for one in batch)


def test_ids_stay_in_order_when_the_clock_steps_back(monkeypatch):
    first = ids.new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000)

    later = make(100)

    assert [first, *later] == sorted([first, *later])


@given(st.uuids())
def test_both_usual_spellings_are_read(one):
    assert ids.parse_id(str(one)) == ids.parse_id(one.hex) == one


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        None,
        7,
        b"0" * 32,
        "{0190c3e5-7b7a-7000-8000-000000000000}",
        "urn:uuid:0190c3e5-7b7a-7000-8000-000000000000",
        "0190C3E5-7B7A-7000-8000-000000000000",
        "0190c3e57b7a-7000-8000-0000-00000000",
        "0190c3e5-7b7a-7000-8000-00000000000g",
        " 190c3e5-7b7a-7000-8000-000000000000",
        "0190c3e5-7b7a-7000-8000-000000000000\n",
        "\u0660190c3e5-7b7a-7000-8000-000000000000",
    ],
)
def test_every_other_spelling_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        ids.parse_id(text)


@given(st.text(max_size=40))
def test_no_text_does_more_than_be_refused(text):
    try:
        parsed = ids.parse_id(text)
    except ValueError:
        return
    assert text in {str(parsed), parsed.hex}
