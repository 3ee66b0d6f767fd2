"""Tickets: an attempt counts only if the database gave it one.

Taken in the transaction that acts on the attempt, by a conditional UPDATE: parallel attempts wait
for the row, and what a refusal keeps is the count.
"""

from django.db.models import F

from portal.accounts.models import Throttle
from portal.accounts.policy import Limit
from portal.accounts.selectors.passwords import ticket_key
from portal.kernel import clock
from portal.kernel.actor import Actor


def take_ticket(actor: Actor, limit: Limit, value: bytes) -> bool:
    """True if this attempt may be evaluated; it then counts as failed until it is cleared.

    Locks: the throttle's row.
    Records: nothing.
    """
    now, key = clock.now(), ticket_key(limit, value)
    rows = Throttle.objects.filter(key=key, failures__lt=limit.in_a_row)
    current = rows.filter(window_at__gt=now - limit.window)
    past = rows.filter(window_at__lte=now - limit.window)
    while True:
        if current.filter(used__lt=limit.tickets).update(
            used=F("used") + 1, failures=F("failures") + 1
        ):
            return True
        if past.update(used=1, failures=F("failures") + 1, window_at=now):
            return True
        if Throttle.objects.filter(key=key).exists():
            return False
        Throttle.objects.bulk_create([Throttle(key=key, window_at=now)], ignore_conflicts=True)


def clear_tickets(actor: Actor, limit: Limit, value: bytes) -> None:
    """The account has shown who it is: its count starts anew.

    Records: nothing.
    """
    Throttle.objects.filter(key=ticket_key(limit, value)).update(used=0, failures=0)


def give_back_ticket(actor: Actor, limit: Limit, value: bytes) -> None:
    """An attempt that succeeded does not count against its source.

    Records: nothing.
    """
    Throttle.objects.filter(key=ticket_key(limit, value), used__gt=0).update(
        used=F("used") - 1, failures=0
    )
