"""A tour of every form with words in every field, and every fault forced: no log repeats a word.

Logs are read as they are written, at their most talkative, statements included (G8, A14).
"""

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from portal.kernel import door
from portal.kernel.logs import JsonLines, Lines
from portal.kernel.redact import NoKeys
from tests.architecture.access import SCENES, Row
from tests.architecture.test_every_route_is_ruled import browser_of, cookie_of, taken_back
from tests.hardening.test_every_form import FORMS, someone_who_may
from tests.harness.canary import is_in, scan, spoken
from tests.harness.leak_guard import leaks

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A14", "X6")]
TALKATIVE = ("", "portal", "django", "django.request", "django.db.backends", "django.template")


@pytest.fixture(params=[Lines, JsonLines], ids=lambda shape: shape.__name__)
def stream(request) -> Iterator[io.StringIO]:
    """Everything that is logged in the test, as it would be written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(request.param())
    handler.addFilter(NoKeys())
    with talkative(handler):
        yield written


@contextmanager
def talkative(handler: logging.Handler) -> Iterator[None]:
    """Every logger says all that it knows, statements with their parameters among it."""
    loggers = [logging.getLogger(name) for name in TALKATIVE]
    levels = [logger.level for logger in loggers]
    loggers[0].addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    cursors = [(one, one.force_debug_cursor) for one in connections.all()]
    for connection, _ in cursors:
        connection.force_debug_cursor = True
    try:
        # The guard of the suite reads what is logged before it is written down.
        with leaks.expected():
            yield
    finally:
        loggers[0].removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        for connection, was in cursors:
            connection.force_debug_cursor = was


def with_words(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, with a word that can be found in each that may hold words."""
    return {
        name: value if is_handle(value) else spoken(str(value)) for name, value in fields.items()
    }


def is_handle(value: object) -> bool:
    """True for an id or a number: another value would only be refused at once."""
    try:
        UUID(str(value))
    except ValueError:
        return not isinstance(value, str) or value.isdecimal()
    return True


def sent(row: Row, world: Any, *, spoil: bool) -> Any:
    """The answer to this form; what it did is taken back."""
    with taken_back():
        someone = someone_who_may(row, world.cast)
        browser = browser_of(someone)
        browser.raise_request_exception = False
        ask = SCENES[row.asked](world, someone, cookie_of(browser))
        return browser.post(ask.where, with_words(ask.fields) if spoil else dict(ask.fields))


def test_every_form_with_words_in_every_field(stream, world):
    for row in FORMS:
        for spoil in (False, True):
            assert sent(row, world, spoil=spoil).status_code < 500, row.asked

    assert stream.getvalue().count("a statement was run") > 500
    assert scan(stream.getvalue().encode()) == []


def test_every_form_while_everything_fails(stream, world, monkeypatch):
    def failing(action: Any, *args: Any, **given: Any) -> None:
        topic = spoken("It itches")
        raise RuntimeError(f"cannot do {action} with {args} {given} {topic}")

    failed = 0
    for row in FORMS:
        with monkeypatch.context() as patch:
            original = SCENES[row.asked]

            def scene(*given: Any, first: Any = original, p: Any = patch) -> Any:
                ask = first(*given)
                p.setattr(door, "run", failing)
                return ask

            patch.setitem(SCENES, row.asked, scene)
            answer = sent(row, world, spoil=False)
        if answer.status_code == 500:
            failed += 1
            page = answer.content.decode()
            assert answer["X-Request-ID"][-8:] in page
            assert not is_in(page), row.asked
            assert "RuntimeError" not in page, row.asked

    assert failed > len(FORMS) / 3
    assert stream.getvalue().count("RuntimeError") >= failed
    assert scan(stream.getvalue().encode()) == []
