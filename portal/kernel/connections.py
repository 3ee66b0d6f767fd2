"""Database connections of threads that live as long as the process.

Django closes a connection after each request. A thread of our own keeps its connection, and looks
at it again only after an error: opening SQLite anew would cost each group commit as much again.
"""

from django.db import connections


def refresh() -> bool:
    """This thread's connections can be used: what an error broke is closed, to be reopened.

    True if one was broken.
    """
    broken = False
    for connection in connections.all(initialized_only=True):
        if connection.connection is None or connection.in_atomic_block:
            continue
        if connection.errors_occurred:
            if connection.is_usable():
                connection.errors_occurred = False
            else:
                connection.close()
                broken = True
    return broken
