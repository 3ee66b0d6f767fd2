"""Kinds of letters that only these tests know, and people to read them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.accounts.selectors import Profile
from portal.kernel import door
from portal.kernel.actor import system_actor
from portal.kernel.ids import new_id
from portal.kernel.plugs import LetterSpec, ParamKind
from portal.outbox import actions as outbox
from portal.outbox import vocabulary
from portal.outbox.models import Letter
from tests.harness.mail import MailServer

WORK = system_actor("test")
TOKEN = "k3" * 20

IS_HERE = """{% load i18n %}  {{ clinic_name }}: a book
  is not here
{{ base_url }}/books/{% include "notifications/_foot.txt" %}"""
STARTS = """A visit
{{ at }}
{{ at.reader }} | {{ at.clinic }}
{{ base_url }}/join/{{ link }}/
"""


def a_file(params: Any) -> tuple[str, str, bytes]:
    """Goes with a letter."""
    return "visit.ics", "text/calendar", f"BEGIN:{params['at']:%Y}".encode()


SPECS = (
    LetterSpec("book.is-here", "book/letters/is_here.txt"),
    LetterSpec(
        "book.starts",
        "book/letters/starts.txt",
        params={"at": ParamKind.INSTANT, "link": ParamKind.SECRET},
        attachment=a_file,
    ),
    LetterSpec("book.lost", "book/letters/nowhere.txt"),
)


@pytest.fixture(autouse=True)
def known_letters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Iterator[None]:
    """The kinds of these tests beside those of the house, and their texts."""
    known = {**vocabulary.kinds(), **vocabulary.gather(SPECS)}
    vocabulary.kinds.cache_clear()
    monkeypatch.setattr(vocabulary, "gather", lambda _: known)
    folder = tmp_path / "templates" / "book" / "letters"
    folder.mkdir(parents=True)
    (folder / "is_here.txt").write_text(IS_HERE)
    (folder / "starts.txt").write_text(STARTS)
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], folder.parent.parent]}]
    yield
    vocabulary.kinds.cache_clear()


@pytest.fixture
def post() -> Callable[..., Letter]:
    """Posts a letter, of the plainest kind if none is named."""

    def posted(to: Any, kind: str = "book.is-here", **given: Any) -> Letter:
        fitting: dict[str, Any] = {"params": {}, "key": f"book.{new_id().hex}", **given}
        return door.run(outbox.post, WORK, kind, to=to, **fitting)

    return posted


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """A mail server, and settings that name it."""
    with MailServer() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Letters go to files in this folder."""
    settings.EMAIL_BACKEND = "portal.notifications.backends.FolderBackend"
    settings.LETTERS_DIR = tmp_path / "outbox"
    kept: Path = settings.LETTERS_DIR
    return kept


def state_of(letter: Letter) -> tuple[str, str]:
    """What has become of the letter, and why."""
    row = Letter.objects.get(pk=letter.pk)
    return row.state, row.last_error


def accounts_profile(**given: str) -> Profile:
    """Somebody who is not of the cast."""
    return Profile(**{"name": "Eva Elsewhere", "email": "eva@example.org"} | given)


def text_of(message: Any) -> str:
    """The text of a letter that came in."""
    return str(message.get_body().get_content())
