"""docs/crypto.md says what the code does, and the inventory of cryptography is complete."""

import re

import pytest

from portal.crypto import cobblestone, envelope, hierarchy
from portal.crypto.keyring import FORMAT, PURPOSES
from tests.shared import ROOT
from tests.vectors import make_inventory

pytestmark = pytest.mark.pure

TEXT = (ROOT / "docs" / "crypto.md").read_text()


def test_every_key_of_the_keyring_is_in_the_document():
    table = re.search(r"<!-- keyring:.*?-->\n(.*?)<!-- end -->", TEXT, re.DOTALL)
    rows = "".join(f"| `{purpose}` | {use} |\n" for purpose, use in PURPOSES.items())

    assert table
    assert table[1] == "| purpose | what its key does |\n|---|---|\n" + rows


def test_the_numbers_in_the_document_are_those_of_the_code():
    assert f"56 + {cobblestone.SEALED_CHUNK} ×" in TEXT
    assert cobblestone.PREFIX_BYTES == 56
    assert f"Overhead: {envelope.OVERHEAD} bytes" in TEXT
    assert f"sealed field of {hierarchy.WRAPPED_BYTES} bytes" in TEXT
    assert f'"format": "{FORMAT}"' in TEXT


def test_the_words_are_honest():
    assert "keys that the server holds" in TEXT
    assert "It is not end-to-end\nencrypted" in TEXT


def test_the_inventory_of_cryptography_is_current():
    written = make_inventory.TARGET.read_text()

    assert written == make_inventory.rendered(), "python3 -m tests.vectors.make_inventory"
