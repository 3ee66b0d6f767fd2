"""Blind indexes: find a row by an exact value that is not stored in the clear.

Whoever reads the table sees which rows hold the same value; whoever holds the key can test
guesses. So: for identifiers with many possible values, never for names, dates of birth or
anything clinical. Of those at most one byte is kept, so that many share it (decision 9).
"""

from unicodedata import normalize

from portal.crypto.context import pae
from portal.crypto.keyring import keyring
from portal.crypto.primitives import mac

INDEX_BYTES = 16


def index(purpose: str, value: str) -> bytes:
    """The 16 bytes under which this value is found. Case and compatibility forms do not count."""
    ring = keyring()
    about = pae(b"portal.index.v1", ring.installation.bytes, purpose.encode(), folded(value))
    return mac(ring.purpose("index"), about)[:INDEX_BYTES]


def folded(value: str) -> bytes:
    """The value in NFKC, case folded, as UTF-8. Folding again changes nothing."""
    return normalize("NFKC", normalize("NFKC", value).casefold()).encode()
