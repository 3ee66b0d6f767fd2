"""Words as people look for them: a name typed in haste finds the name that was written down."""

import re
from unicodedata import combining, normalize

HEAD = 3
"""How many letters of a word say in which drawer it lies."""
_WORD = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """The text without case and accents, for comparing only: Björk, BJORK and bjork are one."""
    apart = normalize("NFKD", normalize("NFKC", text).casefold())
    return "".join(letter for letter in apart if not combining(letter))


def words(text: str) -> list[str]:
    """The words of a name, plain, in order, each once. Marks between letters part words."""
    return list(dict.fromkeys(_WORD.findall(plain(text))))


def head(word: str) -> str:
    """How a plain word begins."""
    return word[:HEAD]


def number(text: str) -> str:
    """A record number as it is compared: no case, no blanks, no strokes."""
    return "".join(_WORD.findall(plain(text)))


def fits(asked: list[str], name: list[str]) -> bool:
    """True if every asked word begins a word of the name."""
    return bool(asked) and all(any(word.startswith(one) for word in name) for one in asked)
