"""The search for canaries finds a planted one in every coat, and nothing where there is none."""

import gzip
import io
import os
import random
import sqlite3
import zipfile
import zlib
from base64 import b64encode, urlsafe_b64encode

import pytest
from django.core import signing

from tests.harness.canary import STEM, is_in, scan, scan_files, spoken

pytestmark = pytest.mark.pure
NOISE = random.Random(7).randbytes(4096)
SECRET = f"She said: {STEM.capitalize()}, and nothing else."


def planted(coat: bytes) -> bytes:
    """Noise around it, at an odd place."""
    return NOISE[:1001] + coat + NOISE[1001:]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_plain_text_is_found_in_every_encoding(encoding):
    assert encoding in {found.coat for found in scan(planted(SECRET.encode(encoding)))}


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("before", ["", "x", "xx", "xxx"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_base64_is_found_at_every_alignment(encode, before, encoding):
    coat = encode((before + SECRET).encode(encoding))

    assert f"base64 of {encoding}" in {found.coat for found in scan(planted(coat))}


@pytest.mark.parametrize("upper", [False, True])
def test_hex_is_found(upper):
    text = SECRET.encode().hex()

    found = scan(planted((text.upper() if upper else text).encode()))

    assert [one.coat for one in found] == ["hex of utf-8"]


@pytest.mark.parametrize(
    ("coat", "pack"), [("gzip of utf-8", gzip.compress), ("zlib of utf-8", zlib.compress)]
)
def test_packed_streams_are_unpacked(coat, pack):
    assert coat in {found.coat for found in scan(planted(pack(SECRET.encode())))}


def test_a_torn_stream_is_unpacked_as_far_as_it_goes():
    torn = gzip.compress(os.urandom(200) + SECRET.encode() * 50 + os.urandom(5000))[:2000]

    assert scan(torn)


def test_a_stream_in_a_stream_in_base64_is_found():
    coat = gzip.compress(zlib.compress(b64encode(b"x" + SECRET.encode())))

    assert "gzip of zlib of base64 of utf-8" in {found.coat for found in scan(coat)}


def test_a_compressed_cookie_is_unpacked():
    cookie = signing.dumps({"topic": SECRET * 5}, key="k", compress=True)

    assert "base64 of zlib of utf-8" in {found.coat for found in scan(cookie.encode())}


def test_a_zip_file_is_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("letter.txt", SECRET * 20)

    assert "zip of utf-8" in {found.coat for found in scan(out.getvalue())}


def test_a_database_and_its_write_ahead_log_are_searched(tmp_path):
    with sqlite3.connect(tmp_path / "some.sqlite3", isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE letter (body TEXT)")
        connection.execute("INSERT INTO letter VALUES (?)", [SECRET])

        found = scan_files(tmp_path)
    connection.close()

    assert {one.where.rsplit("/")[-1] for one in found} == {"some.sqlite3-wal"}


def test_the_name_of_a_file_is_searched(tmp_path):
    (tmp_path / f"{STEM}.pdf").write_bytes(b"")

    assert scan_files(tmp_path)


def test_noise_holds_no_canary():
    assert scan(random.Random(11).randbytes(2_000_000)) == []
    assert not is_in("Nothing here.")
    assert is_in(spoken("It itches"))
