"""What the databases hold, table by table, to see that nothing changed, or what did."""

from hashlib import sha256

from django.apps import apps

# Evidence grows with every refusal, and attempts are counted: that is what both are for.
ALWAYS_MOVING = frozenset({"accounts.Throttle"})


def contents() -> dict[str, str]:
    """A digest of the rows of each table, but for evidence and counts of attempts."""
    digests = {}
    for model in apps.get_models():
        if model._meta.app_label == "audit" or model._meta.label in ALWAYS_MOVING:
            continue
        rows = model._default_manager.order_by("pk").values_list()
        digests[model._meta.label] = sha256(
            repr([_plain(row) for row in rows]).encode()
        ).hexdigest()
    return digests


def changed(before: dict[str, str]) -> list[str]:
    """The tables that are not as they were."""
    now = contents()
    return sorted(label for label in now if now[label] != before.get(label))


def _plain(row: tuple[object, ...]) -> list[object]:
    return [bytes(value) if isinstance(value, memoryview) else value for value in row]
