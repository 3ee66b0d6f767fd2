"""Text as people write it, cleaned before it is kept. Pure."""

import re
from unicodedata import normalize

MOST_REASON = 400
MOST_NAME = 80

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufff9-\ufffb]")


def cleaned(text: str) -> str:
    """The text in NFC, with plain line ends and no control characters, trimmed. Idempotent."""
    return normalize("NFC", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))).strip()


def one_line(text: str) -> str:
    """The text cleaned, on one line."""
    return " ".join(cleaned(text).split())
