"""Which version of a data key seals: the newest that every process has heard of."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from portal.crypto.envelope import OpenKey
from portal.crypto.models import DataKey
from portal.crypto.primitives import SealBroken
from portal.kernel import clock

HEARD = timedelta(days=1)
"""Processes forget their open keys once a day; a successor seals once that day is over, too."""


def in_use(rows: Iterable[DataKey], opened: Callable[[DataKey], OpenKey]) -> OpenKey:
    """The key of one home to seal with, which knows the others.

    An older one whose row was touched is left out: what it sealed does not open. Raises SealBroken
    if the row of the one to seal with was touched.
    """
    by_version = {row.version: row for row in rows}
    yesterday = clock.now().date() - HEARD
    heard = [n for n, row in by_version.items() if n == 1 or row.created_at.date() < yesterday]
    version = max(heard, default=max(by_version))
    key = opened(by_version.pop(version))
    others = {}
    for number, row in by_version.items():
        try:
            others[number] = opened(row)
        except SealBroken:
            continue
    return replace(key, others=others) if others else key
