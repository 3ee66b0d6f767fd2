"""Looking costs the same however much there is to see."""

import re
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.harness.databases import ALIASES

_LIST = re.compile(r"\bIN \([^()]*\)")
_VALUE = re.compile(r"'[^']*'|\b[0-9a-f]{32}\b|\b\d+(?:\.\d+)?\b")


def queries_of(look: Callable[[], object]) -> list[str]:
    """The statements that looking takes on this thread's connections, their values left out."""
    with ExitStack() as stack:
        captured = [
            stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in ALIASES
        ]
        look()
    said = [query["sql"] for context in captured for query in context.captured_queries]
    # Who was shredded is asked by the clock, not by the look.
    return [_shape(sql) for sql in said if "crypto_shredded" not in sql]


def assert_flat(look: Callable[[], object], *, grow: Callable[[], object]) -> None:
    """Looking takes as many statements after growing as before. The newcomers are named."""
    look()  # what is looked up once per process is no growth
    few = queries_of(look)
    assert few, "looking asks the database for nothing"
    grow()
    many = queries_of(look)
    newcomers = Counter(many) - Counter(few)
    listed = "\n".join(f"{times} x {sql}" for sql, times in newcomers.items())
    assert len(many) <= len(few), f"{len(few)} queries became {len(many)}:\n{listed}"


def _shape(sql: str) -> str:
    return _VALUE.sub("?", _LIST.sub("IN (…)", sql))
