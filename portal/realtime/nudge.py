"""Nudges: hints, after the commit, that something changed. Ids only; they may be lost."""

from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction

from portal.realtime.hub import Hub, Nudge
from portal.realtime.relay import LayerRelay


@cache
def hub() -> Hub:
    """The hub of this process, joined to the others' where there is a layer for that."""
    made = Hub()
    if settings.CHANNEL_LAYERS:
        made.relay = LayerRelay(made)
    return made


def nudge(group: str, kind: str, about: UUID, sequence: int = 0) -> None:
    """Once the transaction is durable, whoever follows the group is told to look again."""
    told = Nudge(group, kind, about, sequence)

    def publish() -> None:  # a partial has no name, and Django names what fails
        hub().publish(told)

    transaction.on_commit(publish, robust=True)
