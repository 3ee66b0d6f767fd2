"""The keys that this process has open, and how it hears that a patient was shredded elsewhere."""

import time

from django.db.models import Max

from portal.crypto.envelope import OpenKey
from portal.crypto.keycache import KeyCache, KeyName
from portal.crypto.models import Shredded
from portal.kernel import clock

CACHE = KeyCache(limit=8192)
TRUSTED = 0.5
"""For so many seconds a process takes its open keys as good before it asks who was shredded."""


class _Asked:
    at = float("-inf")
    """When this process last asked."""


def at_hand(name: KeyName) -> OpenKey | None:
    """The key, if this process has it open and nobody was shredded since it last asked."""
    forget_the_shredded()
    return CACHE.get(name)


def forget_the_shredded() -> None:
    """No key stays open in this process for longer than `TRUSTED` after a shredding elsewhere."""
    now = time.monotonic()
    if now - _Asked.at > TRUSTED:
        # By the day, too: a key's successor is taken up by all, long before anything needs it.
        CACHE.keep_to((shredding_epoch(), clock.now().date()))
        _Asked.at = now


def shredding_epoch() -> int:
    """How far shredding has come: another number means that somebody was shredded."""
    return Shredded.objects.aggregate(last=Max("pk"))["last"] or 0
