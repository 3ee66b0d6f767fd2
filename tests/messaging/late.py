"""Forms that are sent after their session has lapsed."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client

from portal.accounts import actions
from portal.accounts.models import Session
from portal.kernel import clock, door
from tests.cast import WORK, Someone
from tests.harness.write_guard import guard


def lapse(someone: Someone) -> None:
    """Nothing happened in this person's sessions for an hour."""
    with guard.off("time goes by"):
        Session.objects.filter(person=someone.id).update(
            last_seen_at=clock.now() - timedelta(hours=1)
        )


def sign_in(page: Client, someone: Someone) -> None:
    """This person signs in in that browser."""
    key = door.run(actions.start_session, WORK, someone.id, factor="app")
    page.cookies[settings.SESSION_COOKIE_NAME] = key


def too_late(page: Client, someone: Someone, address: str, fields: dict[str, Any]) -> Any:
    """The answer to a form that is sent after its session has lapsed."""
    lapse(someone)
    return page.post(address, fields)


def box(answer: Any) -> str:
    """What stands in the first big box of a page."""
    return str(answer.content.decode().partition("<textarea")[2].partition("</textarea>")[0])
