"""Blind indexes: the same for what people call the same, different for everything else."""

import hmac
from pathlib import Path

import pytest
from pytest_django import Settings

from portal.crypto import blind
from portal.crypto.context import pae
from portal.crypto.keyring import keyring

pytestmark = pytest.mark.pure

KIN = ["ada@example.org", "ADA@Example.ORG", "\uff41\uff44\uff41@example.org"]


def test_case_and_compatibility_forms_do_not_count():
    assert len({blind.index("sign-in", value) for value in KIN}) == 1
    assert blind.index("sign-in", "Strasse") == blind.index("sign-in", "STRAẞE")


def test_anything_else_counts():
    values = ["ada@example.org", "ada@example.com", "ada@example.org ", "", "a", "b", "ạ"]

    assert len({blind.index("sign-in", value) for value in values}) == len(values)


def test_letters_that_only_look_alike_are_not_the_same():
    dotless, cyrillic = "ada@m\u0131ke.org", "\u0430da@mike.org"

    assert len({blind.index("sign-in", v) for v in (dotless, cyrillic, "ada@mike.org")}) == 3


def test_purposes_and_installations_have_indexes_of_their_own(settings: Settings, tmp_path: Path):
    here = blind.index("sign-in", "ada")
    assert here != blind.index("number", "ada")

    settings.KEY_DIR = tmp_path / "keys"

    assert blind.index("sign-in", "ada") != here


def test_it_is_the_mac_that_the_document_says():
    about = pae(b"portal.index.v1", keyring().installation.bytes, b"sign-in", b"ada@example.org")
    whole = hmac.digest(keyring().purpose("index"), about, "sha256")

    assert blind.index("sign-in", "Ada@example.org") == whole[:16]


def test_folding_twice_changes_nothing():
    assert all(
        blind.folded(blind.folded(chr(point)).decode()) == blind.folded(chr(point))
        for point in range(0x110000)
        if not 0xD800 <= point < 0xE000
    )
