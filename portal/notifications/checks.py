"""Refuses an installation that would invite people by letters that nobody gets."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

from portal.outbox.vocabulary import kinds


def letters_can_leave(**kwargs: Any) -> list[CheckMessage]:
    """An error without a mail server, and for each kind of letter without a text."""
    faults: list[CheckMessage] = []
    if not settings.MAIL_LEAVES:
        faults.append(
            Error(
                "no mail server is named, so invitations and reminders reach nobody",
                hint="name one in PORTAL_EMAIL_URL, e.g. smtps://user:password@mail.example.org",
                id="notifications.E001",
            )
        )
    for spec in kinds().values():
        try:
            get_template(spec.template)
        except (TemplateDoesNotExist, TemplateSyntaxError):
            faults.append(
                Error(f"the letter {spec.kind} has no readable text", id="notifications.E002")
            )
    return faults
