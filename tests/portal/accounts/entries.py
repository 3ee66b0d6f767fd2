"""What the log says, for assertions."""

from portal.audit.models import Entry


def events() -> list[str]:
    """The events of all entries, the oldest first."""
    return list(Entry.objects.order_by("id").values_list("event", flat=True))


def last() -> Entry:
    """The newest entry."""
    return Entry.objects.order_by("id").last()  # type: ignore[return-value]
