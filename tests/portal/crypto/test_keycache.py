"""The cache of open keys: bounded, and what was forgotten does not come back."""

import pytest

from portal.crypto.context import NOBODY
from portal.crypto.envelope import OpenKey
from portal.crypto.keycache import KeyCache, KeyName
from portal.kernel.ids import new_id

pytestmark = pytest.mark.pure

ADA, BEN = new_id(), new_id()


def named(n: int, patient: object = ADA) -> KeyName:
    """The name of a key."""
    return KeyName(patient, f"thread{n}", NOBODY)  # type: ignore[arg-type]


def opened(name: KeyName) -> OpenKey:
    """A key of that name."""
    return OpenKey(NOBODY, name.patient, name.purpose, name.home, 1, bytes(32))


def filled(cache: KeyCache, *names: KeyName) -> KeyCache:
    """The cache, with these keys put in one after another."""
    for name in names:
        cache.put({name: opened(name)}, generation=cache.generation)
    return cache


def test_what_was_used_last_stays():
    cache = filled(KeyCache(limit=3), named(1), named(2), named(3))
    assert cache.get(named(1))

    filled(cache, named(4))

    assert cache.get(named(2)) is None
    assert all(cache.get(named(n)) for n in (1, 3, 4))
    assert len(cache) == 3


def test_a_patient_is_dropped_whole_and_alone():
    cache = filled(KeyCache(limit=9), named(1), named(2), named(1, BEN))

    cache.drop(ADA)

    assert cache.get(named(1)) is None
    assert cache.get(named(2)) is None
    assert cache.get(named(1, BEN))


def test_a_key_read_before_a_forgetting_does_not_come_back_after_it():
    cache = KeyCache(limit=9)
    before = cache.generation

    cache.drop(BEN)
    cache.put({named(1): opened(named(1))}, generation=before)
    assert len(cache) == 0

    before = cache.generation
    cache.empty()
    cache.put({named(1): opened(named(1))}, generation=before)
    assert len(cache) == 0


def test_another_epoch_empties_the_cache_and_the_same_one_does_not():
    cache = KeyCache(limit=9)
    cache.keep_to(7)
    filled(cache, named(1))

    cache.keep_to(7)
    assert cache.get(named(1))

    cache.keep_to(8)
    assert cache.get(named(1)) is None
