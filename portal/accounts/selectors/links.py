"""Single-use links: their keys, and what is kept of them."""

from string import ascii_lowercase, digits

from django.utils.crypto import get_random_string

from portal.crypto import blind

LENGTH = 40


def new_token() -> str:
    """Two hundred random bits, as small letters and digits."""
    return get_random_string(LENGTH, ascii_lowercase + digits)


def token_digest(purpose: str, token: str) -> bytes:
    """The keyed hash of a link's key. One for another purpose has another."""
    return blind.index(f"link.{purpose}", token)
