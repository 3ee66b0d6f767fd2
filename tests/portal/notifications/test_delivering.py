"""Delivering: to a real mail server on this machine, as files, and when neither works."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from portal.accounts import actions as accounts
from portal.kernel import clock, door
from portal.notifications import tasks
from portal.notifications.selectors import written
from portal.notifications.tasks import postman
from portal.outbox import actions as outbox
from portal.outbox import selectors
from portal.outbox.actions.sending import IN_HAND
from portal.outbox.models import Letter, State
from tests.cast import WORK
from tests.harness.canary import scan
from tests.harness.mail import MailServer
from tests.portal.notifications.conftest import TOKEN, accounts_profile, state_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("M21")]
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STARTS = {"at": NOON, "link": TOKEN}


def test_a_letter_reaches_the_mail_server_and_says_only_what_it_may(server, post, ada):
    letter = post(ada.id)

    tasks.deliver()

    [(sender, readers, data)] = server.post.taken
    [message] = server.post.letters()
    assert (sender, readers) == ("portal@localhost", [ada.email])
    assert message["Subject"] == "Lindenhof Family Clinic: a book"
    assert message["To"] == ada.email
    assert message["Message-ID"] == f"<{letter.pk.hex}@localhost>"
    assert "http://localhost:8000/books/" in message.get_content()
    assert state_of(letter) == (State.SENT, "")
    assert scan(data.replace(ada.email.encode(), b"")) == []


def test_a_letter_in_two_zones_carries_its_link_once_and_its_file(server, post, ada):
    letter = post(ada.id, "book.starts", params=STARTS)

    tasks.deliver()

    [message] = server.post.letters()
    body = text_of(message)
    [file] = message.iter_attachments()
    assert "Tuesday 24 November 2026, 13:00, Berlin time" in body
    assert f"http://localhost:8000/join/{TOKEN}/" in body
    assert (file.get_filename(), file.get_content_type()) == ("visit.ics", "text/calendar")
    assert "link" not in selectors.params_of(Letter.objects.get(pk=letter.pk))


def test_a_reader_elsewhere_is_told_both_times(post):
    profile = accounts_profile(zone="America/New_York")
    person = door.run(accounts.create_person, WORK, profile)
    post(person.pk, "book.starts", params=STARTS)

    tasks.deliver()

    [message] = mail.outbox
    told = "07:00, New York time (at the clinic: Tuesday 24 November 2026, 13:00, Berlin time)"
    assert told in message.body


def test_one_line_serves_many_letters(server, post, ada, ben):
    for reader in (ada, ben, ada, ben, ada, ben, ada):
        post(reader.id)

    assert postman.deliver_due() == 7
    assert server.post.sessions == 1


def test_a_server_that_is_away_is_tried_again(settings, post, ada):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with MailServer() as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", gone.port
    letter = post(ada.id)

    tasks.deliver()
    first = state_of(letter)
    with MailServer() as running, clock.moved(by=timedelta(minutes=2)):
        settings.EMAIL_PORT = running.port
        tasks.deliver()

    assert first == (State.QUEUED, "away")
    assert state_of(letter) == (State.SENT, "")
    assert len(running.post.taken) == 1


@pytest.mark.parametrize(
    ("word", "answer", "state", "why"),
    [
        ("RCPT", "550 no such reader", State.FAILED, "refused"),
        ("RCPT", "450 later", State.QUEUED, "refused"),
        ("DATA", "554 no", State.FAILED, "refused"),
        ("DATA", "451 later", State.QUEUED, "refused"),
        ("MAIL", "550 not you", State.QUEUED, "away"),
        ("EHLO", "421 busy", State.QUEUED, "away"),
    ],
)
def test_what_a_server_refuses_is_given_up_or_tried_again(
    server, post, ada, word, answer, state, why
):
    server.post.refusals = {word: answer} | ({"HELO": answer} if word == "EHLO" else {})
    letter = post(ada.id)

    tasks.deliver()

    assert state_of(letter) == (state, why)
    assert server.post.taken == []


def test_one_bad_letter_does_not_hold_up_the_next(server, post, ada, ben):
    bad = post(ada.id, "book.lost")
    good = post(ben.id)

    tasks.deliver()

    assert state_of(bad) == (State.FAILED, "unreadable")
    assert state_of(good) == (State.SENT, "")


def test_a_faulty_text_does_not_hold_up_the_next_and_is_tried_again(
    server, post, ada, ben, monkeypatch, caplog
):
    bad, good = post(ada.id), post(ben.id)
    inner = written

    def faulty(letter):
        if letter.pk == bad.pk:
            raise KeyError(ada.email)
        return inner(letter)

    monkeypatch.setattr(postman, "written", faulty)
    tasks.deliver()

    assert state_of(bad) == (State.QUEUED, "unreadable")
    assert state_of(good) == (State.SENT, "")
    assert "KeyError" in caplog.text
    assert ada.email not in caplog.text


def test_a_crash_costs_at_most_one_duplicate(server, post, ada, monkeypatch):
    letter = post(ada.id)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(outbox, "mark_sent", die)
        with pytest.raises(KeyboardInterrupt):
            tasks.deliver()
    tasks.deliver()
    at_once = len(server.post.taken)
    with clock.moved(by=IN_HAND + timedelta(seconds=1)):
        tasks.deliver()
        tasks.deliver()

    assert at_once == 1
    assert len(server.post.taken) == 2
    assert {letter["Message-ID"] for letter in server.post.letters()} == {
        f"<{letter.pk.hex}@localhost>"
    }


def test_a_server_that_never_says_yes_gets_the_letter_again_later(server, post, ada):
    server.post.hang_up_after_data = True
    letter = post(ada.id)

    tasks.deliver()
    server.post.hang_up_after_data = False
    with clock.moved(by=timedelta(minutes=2)):
        tasks.deliver()

    assert len(server.post.taken) == 2
    assert state_of(letter) == (State.SENT, "")


def test_a_withdrawn_letter_is_never_sent_even_once_taken(server, post, ada, monkeypatch):
    letter = post(ada.id, about=ada.id)
    take = outbox.take_due

    def taken_and_withdrawn(actor, *, most):
        found = take(actor, most=most)
        outbox.withdraw(actor, ada.id)
        return found

    monkeypatch.setattr(outbox, "take_due", taken_and_withdrawn)
    tasks.deliver()

    assert server.post.taken == []
    assert state_of(letter)[0] == State.WITHDRAWN


def test_a_closed_account_gets_no_letters(server, post, ada):
    letter = post(ada.id)
    door.run(accounts.close_person, WORK, ada.id)

    tasks.deliver()

    assert state_of(letter) == (State.FAILED, "closed")
    assert server.post.taken == []


def test_in_production_without_a_mail_server_letters_wait(settings, post, ada):
    settings.MAIL_LEAVES = False
    letter = post(ada.id)

    tasks.deliver()

    assert state_of(letter) == (State.QUEUED, "")
    assert Letter.objects.get().attempts == 0
