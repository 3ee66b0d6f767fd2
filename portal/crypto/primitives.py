"""The only module that names a cipher. Each primitive is narrowed to the one form used here."""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class SealBroken(Exception):
    """These bytes were not sealed by this key for this place. Never says which part failed."""

    def __init__(self) -> None:
        super().__init__("the seal does not hold")


class Gcm:
    """AES-256-GCM with a 96-bit nonce, a whole tag and no associated data; nothing else."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._cipher = AESGCM(key)

    def encrypt(self, nonce: bytes, plaintext: bytes) -> bytes:
        """The ciphertext with its tag at the end. A nonce must never serve a key twice."""
        if len(nonce) != NONCE_BYTES:
            raise ValueError("a nonce has 12 bytes")
        return self._cipher.encrypt(nonce, plaintext, None)

    def decrypt(self, nonce: bytes, ciphertext: bytes) -> bytes:
        """The plaintext, whole and authentic. Raises SealBroken."""
        if len(nonce) != NONCE_BYTES:
            raise ValueError("a nonce has 12 bytes")
        try:
            return self._cipher.decrypt(nonce, ciphertext, None)
        except InvalidTag:
            raise SealBroken from None


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand with SHA-512, from a key that is already uniformly random."""
    if len(key) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return HKDFExpand(SHA512(), length, info).derive(key)


def derive(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """A key of 32 bytes by HKDF-SHA512, extract and expand."""
    return HKDF(SHA512(), KEY_BYTES, salt, info).derive(secret)


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256, whole."""
    return hmac.digest(key, message, "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Equality in a time that tells nothing about where the two differ."""
    return hmac.compare_digest(one, other)


def random_bytes(length: int) -> bytes:
    """Bytes from the operating system's generator."""
    return os.urandom(length)
