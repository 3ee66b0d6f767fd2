"""One line an event: no content, nothing that could be taken for a line, and its request."""

import io
import json
import logging
import sys
from typing import Any

import pytest
from django.test import RequestFactory

from portal.kernel import trace
from portal.kernel.ids import new_id
from portal.kernel.logs import JsonLines, Lines, escaped
from portal.kernel.redact import NoKeys
from tests.harness.canary import is_in, spoken
from tests.harness.leak_guard import leaks
from tests.shared import shared

pytestmark = [pytest.mark.pure, pytest.mark.feature("X6", "A14")]
SHAPES = [Lines, JsonLines]
FORGED = [
    "ok\n2026-01-01T00:00:00.000+00:00 CRITICAL portal all is lost",
    "ok\r\nforged",
    "red \x1b[31m alarm \x1b[0m",
    "bell \x07 and backspace \x08\x08\x08",
    "turned \u202e round \u2066 and \u2069",
    "a line \u2028 and a paragraph \u2029",
    "next line \x85 and form feed \x0c and vertical \x0b",
    "half of a pair \ud83d",
    "nothing \x00 here",
    'a quote " and a brace } and a backslash \\ and \\n',
]


class Written:
    """A logger of its own, and the lines that its handler wrote."""

    def __init__(self, shape: type[logging.Formatter]) -> None:
        self.stream = io.StringIO()
        handler = logging.StreamHandler(self.stream)
        handler.setFormatter(shape())
        handler.addFilter(NoKeys())
        self.log = logging.Logger("portal.test", logging.DEBUG)
        self.log.addHandler(handler)

    @property
    def lines(self) -> list[str]:
        """What was written, by lines as any reader may tell them."""
        text = self.stream.getvalue()
        assert text.endswith("\n")
        return text[:-1].splitlines()


@pytest.fixture(params=SHAPES, ids=lambda shape: shape.__name__)
def written(request) -> Written:
    return Written(request.param)


def naughty() -> list[str]:
    """Every string that broke something somewhere."""
    lines = shared("badinput/blns.json").read_text(encoding="utf-8")
    found: list[str] = json.loads(lines)
    return found


@pytest.mark.parametrize("text", FORGED)
def test_nothing_forges_a_line(text, written):
    written.log.warning("told: %s", text)
    written.log.warning("told: %s", {"x": text})
    written.log.warning(text)

    assert len(written.lines) == 3
    assert all(line.isprintable() for line in written.lines)


def test_as_many_lines_as_events_whatever_is_said_in_whichever_field(written):
    events = 0
    for text in [*FORGED, *naughty()]:
        with trace.of(text, text):
            written.log.info("told: %s", text)
            written.log.info("answered", extra={"told": {"status": text}})
            try:
                raise OSError(text)
            except OSError:
                written.log.exception("failed: %s", text)
        events += 3

    assert events > 500
    assert len(written.lines) == events
    assert all(line.isprintable() for line in written.lines)


def test_a_json_line_can_be_read_back_and_says_what_it_belongs_to():
    made = Written(JsonLines)
    request = new_id().hex
    with trace.of(request, "do messaging.reply"):
        made.log.warning("the line broke after %d frames", 3)

    [line] = made.lines
    told = json.loads(line)
    assert line.isascii()
    assert (told["level"], told["logger"]) == ("WARNING", "portal.test")
    assert told["event"] == "the line broke after 3 frames"
    assert (told["request"], told["work"]) == (request, "do messaging.reply")
    assert told["at"].endswith("+00:00")


def test_a_fault_is_told_by_type_and_place_without_its_words_and_variables(written):
    body = spoken("It itches")
    try:
        try:
            {"": body}[body]
        except KeyError as error:
            raise ValueError(f"cannot read {body}") from error
    except ValueError:
        written.log.exception("a page failed")

    [line] = written.lines
    assert "ValueError from KeyError" in line
    assert "test_logs.py" in line
    assert f"({sys._getframe().f_code.co_name})" in line
    assert not is_in(line)


def test_what_django_says_of_an_answer_names_its_route_and_not_its_address(written):
    address = f"/threads/{new_id()}/"
    request: Any = RequestFactory().get(address)
    request.request_id = new_id().hex
    logger = logging.getLogger("django.request.test")
    logger.addHandler(written.log.handlers[0])
    try:
        logger.error("Not Found: %s", address, extra={"request": request, "status_code": 404})
    finally:
        logger.removeHandler(written.log.handlers[0])

    [line] = written.lines
    assert address not in line
    assert "404" in line
    assert request.request_id in line


def test_an_address_with_an_id_or_a_key_in_it_is_cut(written):
    written.log.warning("asked for %s twice", f"/threads/{new_id()}/close/")
    written.log.warning("asked for /join/%s/", "k" * 40)

    assert all("/…" in line for line in written.lines) or all("\\u2026" in x for x in written.lines)
    assert not any("kkkk" in line or "close" in line for line in written.lines)


def test_what_a_job_was_given_and_failed_with_is_left_out(written):
    logger = logging.getLogger("celery.app.trace.test")
    logger.addHandler(written.log.handlers[0])
    fault = ValueError(spoken("It itches"))
    told = {
        "name": "messaging.tell",
        "id": "1",
        "description": "raised unexpected",
        "exc": repr(fault),
    }
    try:
        with leaks.expected():  # what Celery says is not yet what is written
            logger.error(
                "Task %(name)s[%(id)s] %(description)s: %(exc)s",
                told,
                exc_info=(ValueError, fault, None),
            )
    finally:
        logger.removeHandler(written.log.handlers[0])

    [line] = written.lines
    assert "messaging.tell: raised unexpected" in line
    assert not is_in(line)


def test_statements_are_not_quoted(written):
    logger = logging.getLogger("django.db.backends.test")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(written.log.handlers[0])
    try:
        logger.debug("(0.1) SELECT %s; args=(%s)", 1, spoken("It itches"))
    finally:
        logger.removeHandler(written.log.handlers[0])

    assert not is_in(written.lines[0])


def test_a_message_that_does_not_fit_its_arguments_is_still_one_line(written):
    written.log.warning("%d apples", "many")

    assert len(written.lines) == 1


def test_an_endless_text_is_cut():
    assert len(escaped("x" * 100_000)) < 5000
