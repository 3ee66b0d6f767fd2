"""Words of pure modules, in the reader's language. They know no framework, so it is done here."""

from typing import Any

from django.utils.translation import gettext


def said(sentence: Any) -> str:
    """The sentence as the reader reads it. One that is lazy, or translated, is that already."""
    return gettext(sentence) if isinstance(sentence, str) and sentence else str(sentence)
