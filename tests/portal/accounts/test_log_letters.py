"""Who guards the log is told of it by letter: each night its checkpoint, and when it is frozen."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from portal.accounts import actions, tasks
from portal.audit import actions as audit
from portal.audit.selectors import log
from portal.audit.selectors.health import health
from portal.kernel import clock, door
from portal.kernel.actor import system_actor
from portal.notifications.selectors import written
from portal.outbox.models import Letter
from portal.outbox.selectors import params_of
from tests.portal.audit.intruder import forget
from tests.portal.audit.scenes import signed

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "shred"]),
    pytest.mark.feature("A3"),
]
ADMIN = system_actor("test")


@pytest.fixture(autouse=True)
def own_anchor(tmp_path: Path, settings: LazySettings) -> None:
    """The anchor of this test's log."""
    settings.ANCHOR_FILE = tmp_path / "anchor" / "checkpoint"


def letters(kind: str) -> list[Letter]:
    """All letters of a kind."""
    return [*Letter.objects.filter(kind=kind).order_by("pk")]


def test_each_night_the_privacy_officer_gets_the_newest_checkpoint(cast, tmp_path, capsys):
    kept = signed()

    tasks.send_checkpoint()
    tasks.send_checkpoint()

    (letter,) = letters("accounts.checkpoint")
    assert letter.to_person == cast.ivy.id
    assert params_of(letter) == {"checkpoint": kept.note, "size": kept.size}
    text = written(letter)
    assert kept.note in text.body
    saved = tmp_path / "saved.eml"
    saved.write_text(f"Subject: {text.subject}\n\n{text.body}")
    call_command("audit", "checkpoint", "--compare", str(saved))
    assert "The log continues this checkpoint" in capsys.readouterr().out
    with clock.frozen(clock.now() + timedelta(days=1)):
        tasks.send_checkpoint()
    assert len(letters("accounts.checkpoint")) == 2


def test_where_nobody_guards_privacy_administrators_get_it(cast):
    signed()
    door.run(actions.close_person, ADMIN, cast.ivy.id)

    tasks.send_checkpoint()

    assert [letter.to_person for letter in letters("accounts.checkpoint")] == [cast.max.id]


def test_a_log_that_was_never_signed_is_not_sent(cast):
    tasks.send_checkpoint()

    assert letters("accounts.checkpoint") == []


def test_a_frozen_log_is_told_once_to_those_who_must_look(cast):
    signed()
    tasks.watch_log()
    assert letters("accounts.log-frozen") == []
    forget(health().size - 1)

    tasks.watch_log()
    tasks.watch_log()

    told = letters("accounts.log-frozen")
    assert {letter.to_person for letter in told} == {cast.ivy.id, cast.max.id}
    assert len(told) == 2
    assert params_of(told[0])["why"] == "behind"
    assert "not signed" in written(told[0]).subject


def test_a_log_that_freezes_in_its_next_epoch_is_told_anew(
    cast, tmp_path: Path, settings: LazySettings
):
    shutil.copytree(settings.KEY_DIR, tmp_path / "keys")
    settings.KEY_DIR = tmp_path / "keys"
    signed()
    forget(health().size - 1)
    tasks.watch_log()
    audit.begin_epoch(ADMIN, reason="restore")
    tasks.watch_log()
    assert len(letters("accounts.log-frozen")) == 2
    forget(health().size - 1)

    tasks.watch_log()

    assert len(letters("accounts.log-frozen")) == 4
    assert log.epoch() == 2
