"""Text as people write it: cleaned before it is kept, and shown so that it cannot deceive. Pure."""

import re
from unicodedata import normalize

MOST_TEXT = 10_000
MOST_TOPIC = 120
MOST_REASON = 300
SNIPPET = 140

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufff9-\ufffb]")
_HALVES = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_ORDERS = {
    "\u202a": "⟨LRE⟩",
    "\u202b": "⟨RLE⟩",
    "\u202c": "⟨PDF⟩",
    "\u202d": "⟨LRO⟩",
    "\u202e": "⟨RLO⟩",
    "\u2066": "⟨LRI⟩",
    "\u2067": "⟨RLI⟩",
    "\u2068": "⟨FSI⟩",
    "\u2069": "⟨PDI⟩",
}
_SHOWN = str.maketrans(_ORDERS)


def cleaned(text: str) -> str:
    """The text in NFC, with plain line ends and no control characters, trimmed. Idempotent.

    A control character is a slip of the keyboard or of the clipboard, no reason to turn somebody
    away: those that mean a new line become one, the others go. Marks of direction stay, because
    Arabic and Hebrew need them.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _HALVES.sub("\ufffd", _LINE_ENDS.sub("\n", text))
    return normalize("NFC", _CONTROLS.sub("", text)).strip()


def one_line(text: str) -> str:
    """The text cleaned, on one line."""
    return _SPACES.sub(" ", cleaned(text))


def is_blank(text: str) -> bool:
    """True if nobody would see anything."""
    return not any(char.isprintable() and not char.isspace() for char in text)


def shown(text: str) -> str:
    """The text as it may be shown: what would reorder it on the screen stands there by name."""
    return text if text.isascii() else text.translate(_SHOWN)


def snippet(text: str) -> str:
    """The beginning of the text on one line, as a list shows it."""
    line = one_line(shown(text[: SNIPPET * 4]))
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1].rstrip() + "…"
