"""`manage.py audit` as tests call it."""

import json
import time
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.management import call_command

from tests.portal.audit.intruder import drop_guards, intruder


def audit(*words: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    out = StringIO()
    try:
        call_command("audit", *words, stdout=out, stderr=out)
    except SystemExit as left:
        assert isinstance(left.code, int)
        return left.code, out.getvalue()
    return 0, out.getvalue()


def until(true: Callable[[], bool]) -> None:
    """It becomes true. Other databases of a PostgreSQL cluster may hold numbers up a while."""
    end = time.monotonic() + 300
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def verdict() -> dict[str, Any]:
    """What `verify --json` says."""
    found: dict[str, Any] = json.loads(audit("verify", "--json")[1])
    return found


def spoil(*statements: str) -> None:
    """Somebody takes the guards down and changes the log."""
    with intruder() as hand:
        drop_guards(hand)
        for statement in statements:
            hand.execute(statement)
