"""One AES-GCM ciphertext that opens under two keys: the attack that a commitment is there to stop.

A GCM tag is a polynomial in the ciphertext, so one free block is enough to make the tags of two
keys meet. See "Message Franking via Committing Authenticated Encryption" (2017).
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16


def craft(one: tuple[bytes, bytes], other: tuple[bytes, bytes], start: bytes) -> bytes:
    """Two ciphertext blocks and a tag that AES-256-GCM accepts under both pairs (key, nonce).

    `start` is the first ciphertext block, free to choose.
    """
    (h1, mask1), (h2, mask2) = _tag_parts(*one), _tag_parts(*other)
    c1, length = int.from_bytes(start, "big"), 2 * BLOCK * 8
    constant = mask1 ^ mask2 ^ _times(length, h1 ^ h2) ^ _times(c1, _cube(h1) ^ _cube(h2))
    c2 = _times(constant, _inverse(_times(h1, h1) ^ _times(h2, h2)))
    tag = _times(c1, _cube(h1)) ^ _times(c2, _times(h1, h1)) ^ _times(length, h1) ^ mask1
    return start + c2.to_bytes(BLOCK, "big") + tag.to_bytes(BLOCK, "big")


def _tag_parts(key: bytes, nonce: bytes) -> tuple[int, int]:
    """GHASH's point and the mask of the tag, for one key and nonce."""
    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - one block each
    point = block.update(bytes(BLOCK))
    mask = block.update(nonce + (1).to_bytes(4, "big"))
    return int.from_bytes(point, "big"), int.from_bytes(mask, "big")


def _times(a: int, b: int) -> int:
    """The product in GCM's field of 2**128 elements, whose bits count from the left."""
    product = 0
    for bit in range(127, -1, -1):
        if (b >> bit) & 1:
            product ^= a
        a = (a >> 1) ^ (0xE1 << 120 if a & 1 else 0)
    return product


def _cube(a: int) -> int:
    return _times(a, _times(a, a))


def _inverse(a: int) -> int:
    """a to the power of 2**128 - 2."""
    power, result = a, 1 << 127
    for _ in range(127):
        power = _times(power, power)
        result = _times(result, power)
    return result
