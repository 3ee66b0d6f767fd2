"""The letters that wait, for tests of what stands in them."""

from typing import Any

from portal.outbox.models import Letter, State
from portal.outbox.selectors import address_of, params_of


def waiting(kind: str = "") -> list[Letter]:
    """Letters of this kind that wait, the oldest first."""
    rows = Letter.objects.filter(state=State.QUEUED).order_by("posted_at", "pk")
    return [row for row in rows if kind in ("", row.kind)]


def last_of(kind: str) -> dict[str, Any]:
    """What the newest letter of this kind carries."""
    return params_of(Letter.objects.filter(kind=kind).latest("posted_at", "pk"))


def readers(kind: str) -> list[str]:
    """The sealed addresses of letters of this kind that wait."""
    return [address_of(letter) for letter in waiting(kind)]
