"""What tests of ways back in do over and over."""

from typing import Any

from django.test import Client

from portal.accounts import actions, selectors, tasks
from portal.kernel import door
from portal.kernel.actor import Actor
from tests.portal.accounts.conftest import PASSWORD, Someone, browser, key_of
from tests.portal.accounts.letters import last_of

CHOSEN = "seven kettles on the moon"
NEW = "ada@new.example"


def forgot(email: str, **more: Any) -> Any:
    """Somebody says that they forgot the password of this address."""
    return Client(**more).post("/forgot/", {"email": email})


def reset_link(someone: Someone) -> str:
    """The key in the letter that answers them."""
    forgot(someone.email)
    tasks.answer_resets()
    return str(last_of("accounts.reset")["link"])


def choose(token: str, chosen: str = CHOSEN) -> Any:
    """The link is used."""
    return Client().post(f"/reset/{token}/", {"chosen": chosen})


def sign_in(email: str, password: str) -> tuple[Client, Any]:
    """A browser after the first step, and its answer."""
    client = Client()
    return client, client.post("/sign-in/", {"username": email, "password": password})


def actor_of(someone: Someone) -> Actor:
    """They act, freshly signed in."""
    return someone.acts(key_of(browser(someone)))


def ask_address(
    someone: Someone, address: str = NEW, password: str = PASSWORD, actor: Actor | None = None
) -> actions.Step:
    """They ask to sign in with another address."""
    attempt = selectors.attempt_own_password(someone.id, password, "10.0.0.1")
    return door.run(actions.ask_address_change, actor or actor_of(someone), attempt, address)


def email_of(someone: Someone) -> str:
    """With which address they sign in."""
    return selectors.profiles([someone.id])[someone.id].email
