"""Plain forms of threads, filled in as a browser without scripts does."""

import re
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse

WRITE = "/threads/write/"
THREADS = "/threads/"


def at(thread: UUID, *what: str) -> str:
    """The address of a thread, or of something that is done to it."""
    return reverse(f"messaging:{what[0] if what else 'thread'}", args=[thread])


def fields_of(page: Any, action: str) -> dict[str, str]:
    """The hidden fields of the form on a page that posts to this address."""
    text = page.content.decode()
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        if f'action="{action}"' in form:
            inputs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
            return {name: value for name, value in inputs if name != "csrfmiddlewaretoken"}
    raise AssertionError(f"no form posts to {action}")


def submit(browser: Client, page: str, action: str, **fields: Any) -> Any:
    """The answer to the form at `action`, filled in on the page."""
    hidden = fields_of(browser.get(page), action)
    return browser.post(action, hidden | fields)


def leads_to(answer: Any) -> str:
    """Where a post led."""
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.content.decode()
    return str(answer["Location"])
