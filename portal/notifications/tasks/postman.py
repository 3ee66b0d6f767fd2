"""Takes letters, sends them outside of any transaction, and notes what became of each.

Taking a letter moves its next attempt beyond the longest that sending can last. So whoever dies
with a letter in hand has sent it at most once, and it is sent at most once more.
"""

import logging
import smtplib
import time
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from portal.kernel import door
from portal.kernel.actor import system_actor
from portal.notifications.errors import NeverSendable, Unsendable
from portal.notifications.selectors import Written, written
from portal.outbox import actions as outbox
from portal.outbox.models import Letter
from portal.outbox.selectors import still_waits

log = logging.getLogger("portal.notifications")
POSTMAN = system_actor("postman")
AT_ONCE = 5
"""So few that all of them time out before the first comes back."""
ROUND = 60.0


def deliver_due() -> int:
    """What is due is sent or put off. Returns how many letters left the house."""
    if not settings.MAIL_LEAVES:
        return 0
    sent, end = 0, time.monotonic() + ROUND
    with _line() as line:
        while time.monotonic() < end:
            letters = door.run(outbox.take_due, POSTMAN, most=AT_ONCE)
            if not letters:
                break
            sent += sum(_delivered(letter, line) for letter in letters)
    return sent


def _delivered(letter: Letter, line: Any) -> bool:
    try:
        if not still_waits(letter.pk):
            return False
        _send(_readable(letter), letter, line)
    except Unsendable as fault:
        # The id alone: what a mail server answers quotes the address.
        log.warning("letter %s was not sent: %s", letter.pk, fault.why)
        _hung_up(line)
        door.run(outbox.mark_failed, POSTMAN, letter.pk, why=fault.why, for_good=fault.for_good)
        return False
    door.run(outbox.mark_sent, POSTMAN, letter.pk)
    return True


def _readable(letter: Letter) -> Written:
    """The letter, written out. Raises Unsendable, also for a fault of ours in its text."""
    try:
        return written(letter)
    except Unsendable:
        raise
    except Exception as fault:  # one bad text must not hold up every other letter
        log.error("the text of %s is faulty: %s", letter.kind, type(fault).__name__)
        raise Unsendable("unreadable") from None


def _send(text: Written, letter: Letter, line: Any) -> None:
    """The mail server has taken the letter. Raises Unsendable."""
    message = EmailMessage(
        subject=text.subject,
        body=text.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[text.address],
        connection=line,
        headers={
            "Message-ID": f"<{letter.pk.hex}@{settings.LETTER_HOST}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    if text.attachment:
        name, kind, content = text.attachment
        message.attach(name, content, kind)
    try:
        line.open()
        message.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        raise (NeverSendable if min(codes) >= 500 else Unsendable)("refused") from None
    except smtplib.SMTPDataError as refusal:
        raise (NeverSendable if refusal.smtp_code >= 500 else Unsendable)("refused") from None
    except (smtplib.SMTPException, OSError):
        raise Unsendable("away") from None


@contextmanager
def _line() -> Any:
    """A connection to the mail server, opened when the first letter needs it."""
    line = get_connection()
    try:
        yield line
    finally:
        _hung_up(line)


def _hung_up(line: Any) -> None:
    """The next letter finds a fresh connection."""
    with suppress(smtplib.SMTPException, OSError):
        line.close()
