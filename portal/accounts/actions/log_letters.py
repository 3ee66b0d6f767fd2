"""What those who guard the log are told of it: its newest checkpoint each night, and an alarm."""

from collections.abc import Iterable
from uuid import UUID

from portal.accounts import policy
from portal.audit.selectors import published
from portal.audit.selectors.health import Health
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.outbox import actions as outbox


def send_checkpoint(actor: Actor) -> int:
    """Every privacy officer gets the newest checkpoint, once a day. Returns to how many it goes.

    Where nobody guards privacy, administrators do. Who keeps the letter can tell for ever whether
    the log still continues it.

    Records: nothing; the letters do.
    """
    kept = published.checkpoint()
    if kept is None:
        return 0
    readers = policy.people_who_are("privacy-officer") or policy.people_who_are("administrator")
    for person in _in_order(readers):
        outbox.post(
            actor,
            "accounts.checkpoint",
            to=person,
            params={"checkpoint": kept.note, "size": kept.size},
            key=f"accounts.checkpoint.{clock.now():%Y-%m-%d}.{person}",
        )
    return len(readers)


def raise_log_alarm(actor: Actor, health: Health) -> int:
    """Privacy officers and administrators are told that the log is signed no more, once.

    Records: nothing; the letters do.
    """
    occasion = f"{health.epoch}-{health.signed}-{health.why}"
    readers = policy.people_who_are("privacy-officer") | policy.people_who_are("administrator")
    for person in _in_order(readers):
        outbox.post(
            actor,
            "accounts.log-frozen",
            to=person,
            params={"why": health.why, "size": health.size, "signed": health.signed},
            key=f"accounts.log-frozen.{occasion}.{person}",
        )
    return len(readers)


def _in_order(people: Iterable[UUID]) -> list[UUID]:
    """In one order everywhere, so that two who post the same letters never wait in a circle."""
    return sorted(people)
