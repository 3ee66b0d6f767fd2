"""What leaves, as files or by mail: nothing slips into a header, a log or another's hands."""

import smtplib
import stat
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail

from portal.accounts import actions as accounts
from portal.kernel import clock, door
from portal.notifications import tasks
from portal.outbox.models import State
from tests.cast import WORK
from tests.harness.leak_guard import leaks
from tests.portal.notifications.conftest import TOKEN, accounts_profile, state_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("M21")]
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STARTS = {"at": NOON, "link": TOKEN}


def test_in_the_demo_each_letter_is_a_file_that_can_be_read(folder, post, ada, ben):
    with clock.frozen(NOON):
        post(ada.id)
        tasks.deliver()
    with clock.frozen(NOON + timedelta(seconds=1)):
        post(ben.id, "book.starts", params=STARTS)
        tasks.deliver()

    first, second = sorted(folder.iterdir())
    assert first.name.startswith("2026-11-24T12-00-00.000000Z-")
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert f"To: {ada.email}" in first.read_text()
    assert "our e-mails never say anything about your health" in first.read_text()
    kept = message_from_bytes(second.read_bytes(), policy=policy.default)
    assert f"/join/{TOKEN}/" in text_of(kept)


def test_what_a_server_answers_is_not_logged(server, post, ada, caplog):
    server.post.refusals = {"RCPT": f"550 {ada.email} is not here"}
    post(ada.id)

    tasks.deliver()

    assert "was not sent: refused" in caplog.text
    assert ada.email not in caplog.text


@pytest.mark.parametrize("odd", ["\r\nBcc: eve@example.org", "\nBcc: eve@example.org", "\rX: y"])
def test_no_header_can_be_slipped_in(server, settings, post, ada, odd):
    settings.CLINIC_NAME = f"The Clinic{odd}"
    post(ada.id)

    tasks.deliver()

    [(_, readers, _)] = server.post.taken
    [message] = server.post.letters()
    assert readers == [ada.email]
    assert (message["Bcc"], message["X"]) == (None, None)
    assert message["Subject"].startswith("The Clinic")


def test_an_address_with_a_line_break_reaches_no_server(server, post):
    profile = accounts_profile(email="ada@example.org\r\nBcc: eve@example.org")
    person = door.run(accounts.create_person, WORK, profile)
    letter = post(person.pk)

    tasks.deliver()

    assert state_of(letter) == (State.FAILED, "no-address")
    assert server.post.taken == []


def test_a_canary_in_a_letter_would_be_found():
    with leaks.expected() as found:
        mail.outbox.append(mail.EmailMessage("x", "kolibri", "a@example.org", ["b@example.org"]))
        leaks.last_look()

    assert found
    mail.outbox.clear()


def test_a_mail_server_of_ours_is_one(server):
    with smtplib.SMTP("127.0.0.1", server.port) as line:
        line.sendmail("a@example.org", ["b@example.org"], "Subject: x\r\n\r\n..dots\r\n")

    assert server.post.taken[0][1] == ["b@example.org"]
