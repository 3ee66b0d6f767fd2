"""What a room may not do: signals, clocks of its own, transactions in views, rows from views."""

import ast

from tests.architecture import house
from tests.architecture.house import Source

CLOCKS = ("datetime.now", "datetime.utcnow", "timezone.now", "time.time")
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals")
EDGES = {"views", "consumers", "sockets", "forms", "middleware"}
ROW_VERBS = {"save", "delete", "create", "bulk_create", "get_or_create", "update_or_create"}
# The wiring that Django asks for: a signal sent by Django that nothing of ours receives elsewhere.
KERNEL = "portal/kernel/"


def unlawful(sources: list[Source]) -> list[str]:
    """Every breach of a law, with its place."""
    faults = []
    for source in sources:
        inside = source.path.startswith(KERNEL)
        for name, line in house.imported(source):
            if name.startswith(SIGNALS) and not inside:
                faults.append(f"{source.path}:{line}: {name} is a signal; call the action instead")
            if name == "uuid.uuid4" and source.furniture == "models":
                faults.append(f"{source.path}:{line}: the ids of rows come from kernel.ids")
        for name, line in house.called(source.tree):
            if name.endswith(CLOCKS) and source.path != "portal/kernel/clock.py":
                faults.append(f"{source.path}:{line}: {name} is not the one clock")
        if source.furniture in EDGES:
            faults += rows_at_the_edge(source)
    return faults


def rows_at_the_edge(source: Source) -> list[str]:
    """Transactions and rows in a view, a consumer, a socket, a form or a middleware."""
    faults = [
        f"{source.path}:{node.lineno}: rows are the business of selectors and actions"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
    ]
    faults += [
        f"{source.path}:{line}: {name} belongs behind the door"
        for name, line in house.called(source.tree)
        if name.split(".")[-1] in {"atomic", "select_for_update", *ROW_VERBS} and "." in name
    ]
    return faults


def test_the_laws_hold():
    assert unlawful(house.product()) == []


def test_each_breach_is_found():
    def breach(text: str, path: str = "messaging/actions.py") -> list[str]:
        return unlawful([Source(path, text)])

    assert breach("from django.db.models.signals import post_save")
    assert breach("at = timezone.now()")
    assert breach("at = datetime.now(UTC)")
    assert breach("from uuid import uuid4", "messaging/models.py")
    assert breach("Thread.objects.all()", "messaging/views.py")
    assert breach("thread.save()", "messaging/views.py")
    assert breach("transaction.atomic()", "messaging/views.py")
    assert not breach("thread.save()")
    assert not breach("at = clock.now()")
