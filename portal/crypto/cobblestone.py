"""Cobblestone-256 of c2sp.org/chunked-encryption: committing, streamable, random salts.

A sealed message is salt (24) || commitment (32) || chunks, each chunk up to 16 KiB of plaintext
under AES-256-GCM. The last chunk is always short, so a message cut at a chunk's edge is broken.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from portal.crypto.primitives import (
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    Gcm,
    SealBroken,
    expand,
    random_bytes,
    same,
)

CHUNK = 16 * 1024
SALT_BYTES = 24
COMMITMENT_BYTES = 32
PREFIX_BYTES = SALT_BYTES + COMMITMENT_BYTES
SEALED_CHUNK = CHUNK + TAG_BYTES
MAX_CHUNKS = 2**38

_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"
_DERIVED = KEY_BYTES + NONCE_BYTES + COMMITMENT_BYTES


def seal(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """The plaintext, readable only with this key and this context. Never the same bytes twice."""
    return b"".join(seal_stream(key, BytesIO(plaintext), context))


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The whole plaintext. Raises SealBroken, and then shows none of it."""
    return b"".join(unseal_stream(key, BytesIO(sealed), context))


def seal_stream(key: bytes, source: BinaryIO, context: bytes) -> Iterator[bytes]:
    """The sealed bytes of a source, piece by piece, holding one chunk in memory."""
    salt = random_bytes(SALT_BYTES)
    cipher, base, commitment = _derived(key, salt, context)
    yield salt + commitment
    chunk, number = _read(source, CHUNK), 0
    while len(chunk) == CHUNK:
        yield cipher.encrypt(_nonce(base, number), chunk)
        chunk, number = _read(source, CHUNK), number + 1
    yield cipher.encrypt(_nonce(base, number), chunk)


def unseal_stream(key: bytes, source: BinaryIO, context: bytes) -> Iterator[bytes]:
    """The plaintext of a source, chunk by chunk, each authentic in its place.

    Raises SealBroken at the first bad chunk, and at the end if the message was cut. Only a stream
    that ends without it is the whole message.
    """
    prefix = _read(source, PREFIX_BYTES)
    cipher, base, commitment = _derived(key, prefix[:SALT_BYTES], context)
    if not same(commitment, prefix[SALT_BYTES:]):
        raise SealBroken
    chunk, number = _read(source, SEALED_CHUNK), 0
    while len(chunk) == SEALED_CHUNK:
        yield cipher.decrypt(_nonce(base, number), chunk)
        chunk, number = _read(source, SEALED_CHUNK), number + 1
    yield cipher.decrypt(_nonce(base, number), chunk)


def _derived(key: bytes, salt: bytes, context: bytes) -> tuple[Gcm, int, bytes]:
    """The cipher, base nonce and commitment of one message."""
    derived = expand(key, _LABEL + salt + context, _DERIVED)
    base = int.from_bytes(derived[KEY_BYTES : KEY_BYTES + NONCE_BYTES], "big")
    return Gcm(derived[:KEY_BYTES]), base, derived[KEY_BYTES + NONCE_BYTES :]


def _nonce(base: int, number: int) -> bytes:
    if number >= MAX_CHUNKS:
        raise ValueError("a message has at most 2**38 chunks")
    return (base ^ number).to_bytes(NONCE_BYTES, "big")


def _read(source: BinaryIO, length: int) -> bytes:
    """Exactly `length` bytes, or all that are left: a raw source may hand out less at a time."""
    piece = source.read(length)
    if len(piece) in (0, length):
        return piece
    pieces = [piece]
    while (missing := length - sum(map(len, pieces))) and (piece := source.read(missing)):
        pieces.append(piece)
    return b"".join(pieces)
