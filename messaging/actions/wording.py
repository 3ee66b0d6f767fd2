"""What may be written. A form is never lost for it: each refusal leaves the text where it is."""

from messaging.errors import (
    ReasonTooLong,
    TextMissing,
    TextTooLong,
    TopicMissing,
    TopicTooLong,
)
from messaging.texts import MOST_REASON, MOST_TEXT, MOST_TOPIC, cleaned, is_blank, one_line


class Wording:
    """What people write, fit to be kept."""

    @staticmethod
    def message(text: str) -> str:
        """The message, cleaned. Refuses TextMissing, TextTooLong."""
        # Cleaning takes time that grows with the text, so what is far too long is not cleaned.
        if len(text) > 4 * MOST_TEXT or len(kept := cleaned(text)) > MOST_TEXT:
            raise TextTooLong
        if is_blank(kept):
            raise TextMissing
        return kept

    @staticmethod
    def unfinished(text: str) -> str:
        """What somebody is still writing, cleaned; empty if nobody would see it.

        Refuses TextTooLong.
        """
        if len(text) > 4 * MOST_TEXT or len(kept := cleaned(text)) > MOST_TEXT:
            raise TextTooLong
        return "" if is_blank(kept) else kept

    @staticmethod
    def topic(text: str) -> str:
        """The topic, cleaned, on one line. Refuses TopicMissing, TopicTooLong."""
        if len(text) > 4 * MOST_TOPIC or len(kept := one_line(text)) > MOST_TOPIC:
            raise TopicTooLong
        if is_blank(kept):
            raise TopicMissing
        return kept

    @staticmethod
    def unfinished_topic(text: str) -> str:
        """The same of a topic. Refuses TopicTooLong."""
        if len(text) > 4 * MOST_TOPIC or len(kept := one_line(text)) > MOST_TOPIC:
            raise TopicTooLong
        return "" if is_blank(kept) else kept

    @staticmethod
    def reason(text: str) -> str:
        """The reason, cleaned, on one line; empty if nobody would see it. Refuses ReasonTooLong."""
        if len(text) > 4 * MOST_REASON or len(kept := one_line(text)) > MOST_REASON:
            raise ReasonTooLong
        return "" if is_blank(kept) else kept
