"""Cobblestone-256: what opens, what does not, and that the refusals look alike."""

import os
from collections.abc import Callable
from io import BytesIO, RawIOBase
from unittest.mock import patch

import pytest

from portal.crypto import cobblestone, primitives
from portal.crypto.cobblestone import CHUNK, PREFIX_BYTES, SEALED_CHUNK, seal, unseal
from portal.crypto.primitives import Gcm, SealBroken, expand
from tests.vectors import two_keys

pytestmark = pytest.mark.pure

KEY, CONTEXT = bytes(range(32)), b"a place"
SEALS = int(os.environ.get("SEALS", "100000"))  # a million by hand


def refused(attempt: Callable[[], object]) -> BaseException:
    """The exception with which the attempt is refused."""
    with pytest.raises(SealBroken) as caught:
        attempt()
    return caught.value


@pytest.mark.parametrize("length", [0, 1, 500, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 100_000])
def test_what_was_sealed_opens_and_has_the_length_that_was_promised(length: int):
    plaintext = os.urandom(length)

    sealed = seal(KEY, plaintext, CONTEXT)

    assert unseal(KEY, sealed, CONTEXT) == plaintext
    assert len(sealed) == PREFIX_BYTES + length + 16 * (length // CHUNK + 1)


def test_every_turned_bit_is_refused_and_every_refusal_looks_alike():
    sealed = seal(KEY, b"ten tablets a day", CONTEXT)
    refusals = set()

    for bit in range(len(sealed) * 8):
        bent = bytearray(sealed)
        bent[bit >> 3] ^= 1 << (bit & 7)
        broken = refused(lambda bent=bent: unseal(KEY, bytes(bent), CONTEXT))  # type: ignore[misc]
        shown = broken.__context__ if not broken.__suppress_context__ else None
        refusals.add((type(broken), broken.args, broken.__cause__, shown))

    assert len(refusals) == 1


@pytest.mark.parametrize("length", [40, CHUNK, CHUNK + 40])
def test_every_other_length_is_refused(length: int):
    sealed = seal(KEY, os.urandom(length), CONTEXT)
    edges = {0, 1, 55, 56, 57, 71, 72, SEALED_CHUNK + 55, SEALED_CHUNK + 56, SEALED_CHUNK + 72}

    for cut in sorted({*range(len(sealed) - 80, len(sealed)), *edges} - {len(sealed)}):
        if 0 <= cut < len(sealed):
            refused(lambda cut=cut: unseal(KEY, sealed[:cut], CONTEXT))  # type: ignore[misc]
    for more in (1, 15, 16, 17, SEALED_CHUNK):
        refused(lambda more=more: unseal(KEY, sealed + bytes(more), CONTEXT))  # type: ignore[misc]


def test_chunks_cannot_change_places():
    sealed = seal(KEY, os.urandom(2 * CHUNK + 9), CONTEXT)
    prefix, one = sealed[:PREFIX_BYTES], sealed[PREFIX_BYTES : PREFIX_BYTES + SEALED_CHUNK]
    two = sealed[PREFIX_BYTES + SEALED_CHUNK : PREFIX_BYTES + 2 * SEALED_CHUNK]
    end = sealed[PREFIX_BYTES + 2 * SEALED_CHUNK :]

    assert unseal(KEY, prefix + one + two + end, CONTEXT)
    for chunks in (two + one + end, one + end, two + end, one + one + two + end, end):
        refused(lambda chunks=chunks: unseal(KEY, prefix + chunks, CONTEXT))  # type: ignore[misc]


def test_another_key_salt_or_context_fails_at_the_commitment_before_anything_is_decrypted():
    sealed = seal(KEY, b"words", CONTEXT)
    other_salt = bytes(24) + sealed[24:]
    other_commitment = sealed[:24] + bytes(32) + sealed[56:]

    with patch.object(Gcm, "decrypt", side_effect=AssertionError("decrypted")):
        refused(lambda: unseal(bytes(32), sealed, CONTEXT))
        refused(lambda: unseal(KEY, sealed, b"another place"))
        refused(lambda: unseal(KEY, sealed, b""))
        refused(lambda: unseal(KEY, other_salt, CONTEXT))
        refused(lambda: unseal(KEY, other_commitment, CONTEXT))


def test_the_commitment_is_compared_in_constant_time():
    sealed = seal(KEY, b"words", CONTEXT)

    with patch.object(cobblestone, "same", wraps=primitives.same) as same:
        unseal(KEY, sealed, CONTEXT)

    (given, found), _ = same.call_args
    assert given == found == sealed[24:56]


def test_a_ciphertext_made_for_two_keys_opens_only_under_the_one_it_commits_to():
    keys, salt = (bytes(32), bytes(31) + b"1"), bytes(24)
    label = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"
    one, other = (expand(key, label + salt + CONTEXT, 76) for key in keys)
    chunk = two_keys.craft((one[:32], one[32:44]), (other[:32], other[32:44]), b"dose: 10 mg once")

    # AES-GCM alone is fooled: that is why there is a commitment.
    texts = {Gcm(d[:32]).decrypt(d[32:44], chunk) for d in (one, other)}
    assert len(texts) == 2

    assert unseal(keys[0], salt + one[44:] + chunk, CONTEXT) in texts
    assert unseal(keys[1], salt + other[44:] + chunk, CONTEXT) in texts
    refused(lambda: unseal(keys[1], salt + one[44:] + chunk, CONTEXT))
    refused(lambda: unseal(keys[0], salt + other[44:] + chunk, CONTEXT))


def test_no_salt_repeats():
    salts = {seal(KEY, b"", b"")[:24] for _ in range(SEALS)}

    assert len(salts) == SEALS


def test_the_same_words_never_look_the_same():
    one, other = seal(KEY, b"yes", CONTEXT), seal(KEY, b"yes", CONTEXT)

    assert one[:24] != other[:24]
    assert one[24:56] != other[24:56]
    assert one[56:] != other[56:]


def test_chunks_of_one_message_have_nonces_of_their_own():
    nonces = []
    encrypt = Gcm.encrypt

    def noted(self: Gcm, nonce: bytes, plaintext: bytes) -> bytes:
        nonces.append(nonce)
        return encrypt(self, nonce, plaintext)

    with patch.object(Gcm, "encrypt", noted):
        seal(KEY, bytes(5 * CHUNK), CONTEXT)

    assert len(set(nonces)) == len(nonces) == 6
    assert {len(nonce) for nonce in nonces} == {12}


def test_a_message_has_at_most_2_to_the_38_chunks():
    assert cobblestone._nonce(0, 2**38 - 1) == bytes(7) + bytes.fromhex("3fffffffff")
    with pytest.raises(ValueError, match="at most"):
        cobblestone._nonce(0, 2**38)


class Trickle(RawIOBase):
    """A source that hands out a few bytes at a time, as sockets do."""

    def __init__(self, content: bytes) -> None:
        self._left = BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        return self._left.read(min(size, 1000))


@pytest.mark.parametrize("source", [BytesIO, Trickle])
def test_a_stream_opens_chunk_by_chunk(source: type[BytesIO]):
    plaintext = os.urandom(2 * CHUNK + 9)

    sealed = b"".join(cobblestone.seal_stream(KEY, source(plaintext), CONTEXT))
    chunks = list(cobblestone.unseal_stream(KEY, source(sealed), CONTEXT))

    assert [len(chunk) for chunk in chunks] == [CHUNK, CHUNK, 9]
    assert b"".join(chunks) == plaintext == unseal(KEY, sealed, CONTEXT)


def test_a_stream_stops_at_the_bad_chunk():
    plaintext = os.urandom(3 * CHUNK)
    sealed = bytearray(seal(KEY, plaintext, CONTEXT))
    sealed[PREFIX_BYTES + SEALED_CHUNK + 5] ^= 1
    seen: list[bytes] = []

    refused(lambda: seen.extend(cobblestone.unseal_stream(KEY, BytesIO(sealed), CONTEXT)))

    assert seen == [plaintext[:CHUNK]]


def test_a_stream_that_was_cut_at_a_chunks_edge_ends_with_a_refusal():
    sealed = seal(KEY, bytes(2 * CHUNK), CONTEXT)
    stream = cobblestone.unseal_stream(KEY, BytesIO(sealed[:-16]), CONTEXT)

    assert [next(stream), next(stream)] == [bytes(CHUNK)] * 2
    refused(lambda: next(stream))


def test_a_stream_under_another_key_shows_nothing():
    stream = cobblestone.unseal_stream(bytes(32), BytesIO(seal(KEY, b"words", CONTEXT)), CONTEXT)

    refused(lambda: next(stream))
