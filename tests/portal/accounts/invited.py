"""What tests of invitations do over and over."""

from typing import Any

from portal.accounts import actions, selectors
from portal.accounts.actions import Newcomer
from portal.accounts.models import Invitation
from portal.kernel import door
from portal.kernel.actor import STRANGER, Actor
from portal.kernel.ids import new_id
from tests.portal.accounts.conftest import WORK, Someone, browser, key_of
from tests.portal.accounts.letters import last_of

KIND = "accounts.invitation"
CHOSEN = "seven kettles on the moon"


def invite(by: Actor = WORK, **given: Any) -> tuple[Invitation, str]:
    """An invitation, and the key in its letter."""
    fitting: dict[str, Any] = {
        "purpose": "record",
        "address": "eva@example.org",
        "role": "patient",
        "subject": new_id(),
        "proofing": "in-person",
    }
    made = door.run(actions.invite, by, **{**fitting, **given})
    return made, last_of(KIND)["link"]


def hashed() -> str:
    """The hash of a good password."""
    return selectors.hashed_password(CHOSEN)


def accept(token: str, by: Actor = STRANGER, **given: str) -> actions.Step:
    """The link is used, with a name and a password unless others are given."""
    newcomer = Newcomer(**{"name": "Eva Berg", "password_hash": hashed(), **given})
    return door.run(actions.accept_invitation, by, token, newcomer)


def actor_of(someone: Someone) -> Actor:
    """They act, freshly signed in."""
    return someone.acts(key_of(browser(someone)))
